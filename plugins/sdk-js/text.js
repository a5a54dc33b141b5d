/**
 * UTF-8 and the order of texts. The component's engine has no `TextEncoder` and compares texts by
 * UTF-16 units; the other languages compare texts by code points.
 */

/** So many bytes become a text in one call: arguments of a call have a limit. */
const PIECE = 4096;

/** @param {string} text @returns {Uint8Array} */
export function encode(text) {
  // `encodeURIComponent` writes UTF-8 as escapes, and `unescape` makes each escape a byte.
  const units = unescape(encodeURIComponent(text.toWellFormed()));
  const bytes = new Uint8Array(units.length);
  for (let index = 0; index < units.length; index++) bytes[index] = units.charCodeAt(index);
  return bytes;
}

/** @param {Uint8Array} bytes @returns {string} */
export function decode(bytes) {
  let text = "";
  for (let from = 0; from < bytes.length; from += PIECE) {
    text += String.fromCharCode(...bytes.subarray(from, from + PIECE));
  }
  return /[^\0-\x7f]/.test(text) ? decodeURIComponent(escape(text)) : text;
}

/**
 * Sorts keys in place: texts by code points, all else by value. The engine sorts by UTF-16 units many
 * times as fast as with a function, and the two orders differ only where a text has surrogates.
 * @template K
 * @param {K[]} keys
 * @returns {K[]}
 */
export function sortKeys(keys) {
  const isPlain = (key) => typeof key === "string" && !/[\ud800-\udfff]/.test(key);
  return keys.every(isPlain) ? keys.sort() : keys.sort(compareKeys);
}

/** The order for `Array.sort`: texts by code points, all else by value. */
export function compareKeys(one, other) {
  if (typeof one !== "string") return one < other ? -1 : Number(one > other);
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - other.length;
}

/**
 * The rank of a UTF-16 unit: surrogates last, as halves of the largest code points.
 * @param {number} unit
 */
const rank = (unit) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
