// The 34 province-level units of China: their places on a grid of equal tiles, their
// names, and how keys name them. Pure.
//
// The grid keeps the order of a map, north above and east at the right, and has no
// borders. A key is a name, with or without its kind (广东, 广东省), a letter (粤), a code
// (440000, 44, CN-44, CN-GD) or an English name.

export interface Province {
  /** The first two digits of the codes of GB/T 2260. */
  readonly code: string;
  /** The letters of ISO 3166-2:CN. */
  readonly letters: string;
  /** Two characters at most, one for a municipality. */
  readonly short: string;
  readonly zh: string;
  readonly en: string;
  /** From west to east, beginning with 0. */
  readonly column: number;
  /** From north to south, beginning with 0. */
  readonly line: number;
}

export const GRID_COLUMNS = 8;
export const GRID_LINES = 8;

/** Code, letters, short name, name, English name, column, line, and further names. */
type Entry = readonly [
  code: string, letters: string, short: string, zh: string, en: string, column: number, line: number, ...more: string[],
];

const ENTRIES: readonly Entry[] = [
  ["11", "BJ", "京", "北京", "Beijing", 5, 1, "peking"],
  ["12", "TJ", "津", "天津", "Tianjin", 5, 2],
  ["13", "HE", "河北", "河北", "Hebei", 4, 2, "冀"],
  ["14", "SX", "山西", "山西", "Shanxi", 3, 2, "晋"],
  ["15", "NM", "内蒙", "内蒙古", "Inner Mongolia", 4, 1, "蒙", "neimenggu", "neimongol"],
  ["21", "LN", "辽宁", "辽宁", "Liaoning", 6, 1, "辽"],
  ["22", "JL", "吉林", "吉林", "Jilin", 7, 1, "吉"],
  ["23", "HL", "龙江", "黑龙江", "Heilongjiang", 7, 0, "黑"],
  ["31", "SH", "沪", "上海", "Shanghai", 6, 4, "申"],
  ["32", "JS", "江苏", "江苏", "Jiangsu", 5, 4, "苏"],
  ["33", "ZJ", "浙江", "浙江", "Zhejiang", 5, 5, "浙"],
  ["34", "AH", "安徽", "安徽", "Anhui", 4, 4, "皖"],
  ["35", "FJ", "福建", "福建", "Fujian", 5, 6, "闽"],
  ["36", "JX", "江西", "江西", "Jiangxi", 4, 5, "赣"],
  ["37", "SD", "山东", "山东", "Shandong", 4, 3, "鲁"],
  ["41", "HA", "河南", "河南", "Henan", 3, 3, "豫"],
  ["42", "HB", "湖北", "湖北", "Hubei", 3, 4, "鄂"],
  ["43", "HN", "湖南", "湖南", "Hunan", 3, 5, "湘"],
  ["44", "GD", "广东", "广东", "Guangdong", 4, 6, "粤", "canton"],
  ["45", "GX", "广西", "广西", "Guangxi", 3, 6, "桂"],
  ["46", "HI", "海南", "海南", "Hainan", 3, 7, "琼"],
  ["50", "CQ", "渝", "重庆", "Chongqing", 2, 4],
  ["51", "SC", "四川", "四川", "Sichuan", 1, 4, "川", "蜀"],
  ["52", "GZ", "贵州", "贵州", "Guizhou", 2, 5, "贵", "黔"],
  ["53", "YN", "云南", "云南", "Yunnan", 1, 5, "云", "滇"],
  ["54", "XZ", "西藏", "西藏", "Tibet", 0, 3, "藏", "xizang"],
  ["61", "SN", "陕西", "陕西", "Shaanxi", 2, 3, "陕", "秦"],
  ["62", "GS", "甘肃", "甘肃", "Gansu", 1, 2, "甘", "陇"],
  ["63", "QH", "青海", "青海", "Qinghai", 1, 3, "青"],
  ["64", "NX", "宁夏", "宁夏", "Ningxia", 2, 2, "宁"],
  ["65", "XJ", "新疆", "新疆", "Xinjiang", 0, 1, "新"],
  ["71", "TW", "台湾", "台湾", "Taiwan", 6, 6, "台", "臺灣", "taiwan china"],
  ["81", "HK", "香港", "香港", "Hong Kong", 5, 7, "港", "hong kong china"],
  ["82", "MO", "澳门", "澳门", "Macao", 4, 7, "澳", "澳門", "macau", "macao china"],
];

export const PROVINCES: readonly Province[] = ENTRIES.map(([code, letters, short, zh, en, column, line]) =>
  ({ code, letters, short, zh, en, column, line }));

/** What may stand before or behind a name and says only of which country or kind the unit is. */
const COUNTRY = /^(?:cn|中国)/u;
const KIND = /(?:省|(?:壮族|回族|维吾尔)?自治区|特别行政区|province|(?:zhuang|hui|uygur|uyghur)?autonomousregion|specialadministrativeregion|sar)$/u;
/** Behind any other name these say a town: 吉林市 is one of the towns of 吉林. */
const TOWN = /(?:市|city|municipality)$/u;

const known = new Map<string, Province>();
ENTRIES.forEach(([code, letters, short, zh, en, , , ...more], i) => {
  const province = PROVINCES[i];
  if (province === undefined) return;
  for (const name of [code, `${code}0000`, letters, short, zh, en, ...more]) known.set(plain(name), province);
});

/** The province that a key names; `null` means that the key names none. */
export function provinceOf(key: string): Province | null {
  const name = plain(key);
  const bare = name.replace(COUNTRY, "");
  const town = known.get(bare.replace(TOWN, ""));
  return known.get(name) ?? known.get(bare) ?? known.get(bare.replace(KIND, ""))
    ?? (town !== undefined && isMunicipality(town) ? town : null);
}

function isMunicipality({ short }: Province): boolean {
  return short.length === 1;
}

/** Small letters without spaces and marks: the same name however it is written. */
export function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll(/[\s\-_.,'’·()]/gu, "");
}
