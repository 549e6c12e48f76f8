/** Patterns over the colours of the map: on canvas for the map itself, and in the same drawing for its legend. */

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const LIGHT = token('--s-pattern-light');
const DARK = token('--s-pattern-dark');
const TILE = 8; // px; divides 512, to which the map aligns patterns
const SWATCH = 12;

/** Draw one tile of a pattern in an ink. */
const DRAWN = {
  cross(c, ink) {
    line(c, ink, 1.1, [[-1, 7, 7, -1], [1, 9, 9, 1], [0, 8, 8, 0], [0, 0, 8, 8], [-1, 1, 1, -1], [7, 9, 9, 7],
      [-1, 7, 1, 9], [7, -1, 9, 1], [4, -4, 12, 4], [-4, 4, 4, 12], [4, 12, 12, 4], [-4, 4, 4, -4]]);
  },
  slash(c, ink) {
    line(c, ink, 1.4, [[0, 8, 8, 0], [-1, 1, 1, -1], [7, 9, 9, 7]]);
  },
  back(c, ink) {
    line(c, ink, 1, [[0, 0, 8, 8], [-1, 7, 1, 9], [7, -1, 9, 1]]);
  },
  lines(c, ink) {
    line(c, ink, 1, [[0, 2, 8, 2], [0, 6, 8, 6]]);
  },
  bars(c, ink) {
    line(c, ink, 1, [[2, 0, 2, 8], [6, 0, 6, 8]]);
  },
  dots(c, ink) {
    c.fillStyle = ink;
    for (const [x, y] of [[2, 2], [6, 6]]) {
      c.beginPath();
      c.arc(x, y, 1.05, 0, 2 * Math.PI);
      c.fill();
    }
  },
};

/** The patterns of the statuses. */
export const OF_STATUS = { determined: 'cross', disposing: 'slash', investigating: 'lines', suspected: 'dots' };

function line(c, colour, width, segments) {
  c.strokeStyle = colour;
  c.lineWidth = width;
  c.beginPath();
  for (const [x1, y1, x2, y2] of segments) {
    c.moveTo(x1, y1);
    c.lineTo(x2, y2);
  }
  c.stroke();
}

/** Light ink on dark colours, dark ink on light ones. */
function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 140 ? LIGHT : DARK;
}

/** Whether a pattern is drawn over the colour; an outline is not. */
export const covers = (pattern) => pattern in DRAWN;

/** A canvas of some pixels a side, filled with a colour and its pattern. */
function filled(px, ratio, colour, pattern) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.round(px * ratio);
  const c = canvas.getContext('2d');
  c.fillStyle = colour;
  c.fillRect(0, 0, canvas.width, canvas.height);
  if (covers(pattern)) {
    c.scale(canvas.width / px, canvas.height / px);
    for (let x = 0; x < px; x += TILE) {
      for (let y = 0; y < px; y += TILE) {
        c.save();
        c.beginPath();
        c.rect(x, y, TILE, TILE);
        c.clip();
        c.translate(x, y);
        DRAWN[pattern](c, inkOn(colour));
        c.restore();
      }
    }
  }
  return canvas;
}

/** What a map fills a class with. */
export function patterned(colour, pattern) {
  const canvas = filled(TILE, window.devicePixelRatio || 1, colour, pattern);
  return canvas.getContext('2d').createPattern(canvas, 'repeat');
}

/** The same as a small square of the legend. */
export function swatch(colour, pattern) {
  const canvas = filled(SWATCH, 2, colour, pattern);
  canvas.className = pattern === 'dashed' ? 'sw shade open' : 'sw shade';
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}
