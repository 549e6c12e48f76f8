/** Areas that parcels are chosen by: boxes and polygons in degrees, as the filter of lists writes them. */

const DECIMALS = 6; // about 0.1 m
const MOST_CORNERS = 100; // as many as the server takes
const NUMBER = /^-?\d+(\.\d+)?$/;
const round = (degrees) => Number(degrees.toFixed(DECIMALS));

/** @returns an area: the name of its condition, its text in an address, its corners */
export function boxArea(sides) {
  const box = sides.map(round);
  const [west, south, east, north] = box;
  return { name: 'box', text: box.join(','), sides: box, corners: [[west, south], [east, south], [east, north], [west, north]] };
}

export function polygonArea(points) {
  const corners = points.map((point) => point.map(round));
  return { name: 'polygon', text: corners.map((point) => point.join(',')).join(';'), corners };
}

/** Corners typed one a line, or what is wrong with them: a key of a text and its values. */
export function readCorners(text) {
  const lines = text.split(/[\n;；]/).map((line) => line.trim());
  const corners = [];
  for (const [i, line] of lines.entries()) {
    if (!line) continue;
    const parts = line.split(/[\s,，]+/).filter(Boolean);
    const [lon, lat] = parts.map(Number);
    if (parts.length !== 2 || !parts.every((part) => NUMBER.test(part)) || Math.abs(lon) > 180 || Math.abs(lat) > 90) {
      return { wrong: ['choose.corners_wrong', { n: i + 1 }] };
    }
    corners.push([lon, lat]);
  }
  return checkedCorners(corners);
}

/** The same for corners that were drawn. */
export function checkedCorners(points) {
  const corners = points.map((point) => point.map(round));
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  if (corners.length > 1 && same(corners[0], corners[corners.length - 1])) corners.pop();
  const apart = corners.filter((corner, i) => i === 0 || !same(corner, corners[i - 1]));
  if (apart.length < 3) return { wrong: ['choose.corners_few'] };
  if (apart.length > MOST_CORNERS) return { wrong: ['choose.corners_many', { n: MOST_CORNERS }] };
  return crossing(apart) ? { wrong: ['choose.crossing'] } : { corners: apart };
}

const side = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const between = (a, b, c) => Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0])
  && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);

/** Whether two sides of a ring meet anywhere but at the corner that neighbours share. */
function crossing(corners) {
  const n = corners.length;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const [a, b, c, d] = [corners[i], corners[(i + 1) % n], corners[j], corners[(j + 1) % n]];
      const [o1, o2, o3, o4] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
      if (j === i + 1 || (i === 0 && j === n - 1)) {
        // Neighbours: wrong only where one runs back over the other.
        const [far, near, other] = j === i + 1 ? [a, b, d] : [b, a, c];
        if (side(far, near, other) === 0 && (far[0] - near[0]) * (other[0] - near[0]) + (far[1] - near[1]) * (other[1] - near[1]) > 0) return true;
      } else if ((o1 !== o2 && o3 !== o4) || (o1 === 0 && between(a, b, c)) || (o2 === 0 && between(a, b, d))
        || (o3 === 0 && between(c, d, a)) || (o4 === 0 && between(c, d, b))) return true;
    }
  }
  return false;
}
