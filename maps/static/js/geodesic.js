/** Length and area on the CGCS2000 ellipsoid (a = 6378137 m, f = 1/298.257222101). Points are [lon, lat] in degrees. */

const A = 6378137;
const F = 1 / 298.257222101;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;

/** Vincenty's inverse formula; to a millimetre for any line on a map. */
function distance([lon1, lat1], [lon2, lat2]) {
  const L = (lon2 - lon1) * RAD;
  const u1 = Math.atan((1 - F) * Math.tan(lat1 * RAD));
  const u2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
  const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = L;
  for (let round = 0; round < 50; round += 1) {
    const sin = Math.hypot(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda));
    if (sin === 0) return 0;
    const cos = s1 * s2 + c1 * c2 * Math.cos(lambda);
    const sigma = Math.atan2(sin, cos);
    const alpha = (c1 * c2 * Math.sin(lambda)) / sin;
    const cos2 = 1 - alpha * alpha;
    const middle = cos2 === 0 ? 0 : cos - (2 * s1 * s2) / cos2;
    const C = (F / 16) * cos2 * (4 + F * (4 - 3 * cos2));
    const before = lambda;
    lambda = L + (1 - C) * F * alpha * (sigma + C * sin * (middle + C * cos * (2 * middle * middle - 1)));
    if (Math.abs(lambda - before) < 1e-12) {
      const k = (cos2 * (A * A - B * B)) / (B * B);
      const P = 1 + (k / 16384) * (4096 + k * (-768 + k * (320 - 175 * k)));
      const Q = (k / 1024) * (256 + k * (-128 + k * (74 - 47 * k)));
      const delta = Q * sin * (middle + (Q / 4) * (cos * (2 * middle * middle - 1)
        - (Q / 6) * middle * (4 * sin * sin - 3) * (4 * middle * middle - 3)));
      return B * P * (sigma - delta);
    }
  }
  return NaN;
}

export function geodesicLength(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += distance(points[i - 1], points[i]);
  return sum;
}

/** Area between the equator and a latitude per radian of longitude, in m2. */
function zone(lat) {
  const s = Math.sin(lat * RAD);
  return ((B * B) / 2) * (s / (1 - E2 * s * s) + Math.log((1 + E * s) / (1 - E * s)) / (2 * E));
}

/** Area of a ring; edges are straight in longitude against equal-area latitude, which at parcel size is exact enough. */
export function geodesicArea(points) {
  let sum = 0;
  for (let i = 0; i < points.length; i += 1) {
    const [lon1, lat1] = points[i];
    const [lon2, lat2] = points[(i + 1) % points.length];
    sum += (lon2 - lon1) * RAD * (zone(lat1) + zone(lat2));
  }
  return Math.abs(sum / 2);
}
