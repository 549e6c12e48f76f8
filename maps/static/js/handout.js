// Draws the hand-out map. Runs inside the page that maps/handout.py makes; every value is set as text.
(function () {
    "use strict";
    var map = THE_MAP;
    var data = JSON.parse(document.getElementById("handout-data").textContent);

    function dots(context) {
        var tile = document.createElement("canvas");
        tile.width = tile.height = 7;
        var pen = tile.getContext("2d");
        pen.fillStyle = "#1c2733";
        pen.beginPath();
        pen.arc(3.5, 3.5, 1.1, 0, 7);
        pen.fill();
        return context.createPattern(tile, "repeat");
    }

    var plain = L.Canvas.prototype._fillStroke;
    L.Canvas.include({
        _fillStroke: function (context, layer) {
            plain.call(this, context, layer);
            if (layer.options.pattern === "dark-dots") {
                context.globalAlpha = 0.85;
                context.fillStyle = dots(context);
                context.fill("evenodd");
                context.globalAlpha = 1;
            }
        },
    });

    function text(name, value) {
        var element = document.createElement(name);
        element.textContent = value;
        return element;
    }

    function popup(facts) {
        var table = document.createElement("table");
        facts.forEach(function (fact) {
            var row = table.insertRow();
            row.appendChild(text("th", fact[0]));
            row.appendChild(text("td", fact[1]));
        });
        return table;
    }

    var everything = L.featureGroup().addTo(map);
    data.parcels.forEach(function (parcel) {
        var status = data.statuses[parcel.status];
        var layer = L.geoJSON(parcel.shape, {
            style: {
                color: "#44505c",
                weight: 0.7,
                fillColor: status.fill,
                fillOpacity: 1,
                pattern: status.pattern,
                dashArray: status.pattern === "dashed-outline" ? "3 2" : null,
            },
        });
        layer.bindPopup(function () { return popup(parcel.facts); }, { maxWidth: 360 });
        layer.bindTooltip(function () {
            return text("span", parcel.facts[0][1] + " " + status.word);
        }, { sticky: true });
        layer.addTo(everything);
    });
    data.parks.forEach(function (park) {
        var layer = L.geoJSON(park.shape, {
            interactive: false,
            style: { color: "#0b5394", weight: 2.5, dashArray: "8 4", fill: false },
        }).addTo(everything);
        L.tooltip({ permanent: true, direction: "top", className: "park" })
            .setLatLng([layer.getBounds().getNorth(), layer.getBounds().getCenter().lng])
            .setContent(text("span", park.name))
            .addTo(map);
        var button = document.getElementById("parks").appendChild(text("button", park.name));
        button.type = "button";
        button.addEventListener("click", function () { map.fitBounds(layer.getBounds()); });
    });
    var bounds = everything.getBounds();
    if (bounds.isValid()) {
        map.fitBounds(bounds, { padding: [24, 24] });
    }
    map.zoomControl.setPosition("bottomleft");
    document.documentElement.dataset.ready = "1";
})();
