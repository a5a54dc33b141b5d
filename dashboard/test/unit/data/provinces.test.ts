import { describe, expect, it } from "vitest";
import { GRID_COLUMNS, GRID_LINES, provinceOf, PROVINCES, type Province } from "../../../src/data/provinces";

const of = (zh: string): Province => {
  const found = PROVINCES.find((province) => province.zh === zh);
  if (found === undefined) throw new Error(`no ${zh}`);
  return found;
};

describe("the provinces", () => {
  it("are 34, each with codes and names of its own", () => {
    expect(PROVINCES).toHaveLength(34);
    for (const key of ["code", "letters", "short", "zh", "en"] as const) {
      expect(new Set(PROVINCES.map((province) => province[key])).size).toBe(34);
    }
    expect(PROVINCES.filter(({ short }) => !/^\p{Script=Han}{1,2}$/u.test(short))).toEqual([]);
  });

  it("have each a tile of the grid, and no row or column is empty", () => {
    const places = PROVINCES.map(({ column, line }) => `${column},${line}`);
    expect(new Set(places).size).toBe(34);
    const used = (places: readonly number[]) => [...new Set(places)].sort((a, b) => a - b);
    expect(used(PROVINCES.map(({ column }) => column))).toEqual(Array.from({ length: GRID_COLUMNS }, (_, i) => i));
    expect(used(PROVINCES.map(({ line }) => line))).toEqual(Array.from({ length: GRID_LINES }, (_, i) => i));
  });

  it.each([
    ["黑龙江", "吉林", "辽宁"], ["内蒙古", "河北", "山东", "安徽", "江西", "广东", "澳门"],
    ["甘肃", "青海", "四川", "云南"], ["宁夏", "陕西", "重庆", "贵州"], ["山西", "河南", "湖北", "湖南", "广西", "海南"],
    ["北京", "天津", "江苏", "浙江", "福建", "香港"], ["新疆", "西藏", "云南", "海南"],
  ])("come from north to south: %s, %s, …", (...names) => {
    const lines = names.map((name) => of(name).line);
    expect(lines).toEqual([...lines].sort((a, b) => a - b));
  });

  it.each([
    ["新疆", "内蒙古", "北京", "辽宁", "吉林"], ["甘肃", "宁夏", "山西", "河北", "天津"],
    ["西藏", "青海", "陕西", "河南", "山东"], ["四川", "重庆", "湖北", "安徽", "江苏", "上海"],
    ["云南", "贵州", "湖南", "江西", "浙江"], ["广西", "广东", "福建", "台湾"], ["海南", "澳门", "香港"],
  ])("come from west to east: %s, %s, …", (...names) => {
    const columns = names.map((name) => of(name).column);
    expect(columns).toEqual([...columns].sort((a, b) => a - b));
    expect(new Set(columns).size).toBe(names.length);
  });
});

/** Every spelling that is meant, by province. */
const SPELT: Readonly<Record<string, readonly string[]>> = {
  广东: ["广东", "广东省", "粤", "440000", "44", "Guangdong", "guangdong", " GUANGDONG ", "Guangdong Province", "CN-44", "CN-GD", "gd"],
  北京: ["北京", "北京市", "京", "110000", "11", "Beijing", "Beijing Municipality", "beijing city", "cn-bj"],
  天津: ["天津市", "津", "120000", "Tianjin"],
  上海: ["上海市", "沪", "31", "Shanghai"],
  重庆: ["重庆市", "渝", "500000", "chongqing"],
  内蒙古: ["内蒙古", "内蒙", "内蒙古自治区", "蒙", "150000", "Inner Mongolia", "inner_mongolia", "Nei Mongol", "Neimenggu", "Inner Mongolia Autonomous Region"],
  广西: ["广西", "广西壮族自治区", "桂", "450000", "Guangxi", "Guangxi Zhuang Autonomous Region"],
  西藏: ["西藏", "西藏自治区", "藏", "54", "Tibet", "Xizang", "Tibet Autonomous Region"],
  宁夏: ["宁夏", "宁夏回族自治区", "宁", "640000", "Ningxia", "Ningxia Hui Autonomous Region"],
  新疆: ["新疆", "新疆维吾尔自治区", "新", "65", "Xinjiang", "Xinjiang Uygur Autonomous Region", "Xinjiang Uyghur Autonomous Region"],
  香港: ["香港", "香港特别行政区", "中国香港", "港", "810000", "Hong Kong", "hongkong", "Hong Kong SAR", "Hong Kong, China", "HK"],
  澳门: ["澳门", "澳門", "澳门特别行政区", "澳", "82", "Macao", "Macau", "Macau SAR", "CN-MO"],
  台湾: ["台湾", "臺灣", "台湾省", "中国台湾", "中国台湾省", "台", "710000", "Taiwan", "Taiwan, China"],
  黑龙江: ["黑龙江", "龙江", "黑龙江省", "黑", "HL"],
  陕西: ["陕西", "Shaanxi", "SN"],
  山西: ["山西", "Shanxi", "SX"],
};

describe("a key", () => {
  it.each(Object.entries(SPELT))("names %s, however it is spelt", (name, keys) => {
    expect(keys.map((key) => [key, provinceOf(key)?.zh])).toEqual(keys.map((key) => [key, name]));
  });

  it("is found for every unit by code, letters, both names and full name", () => {
    for (const province of PROVINCES) {
      const { code, letters, short, zh, en } = province;
      for (const key of [code, `${code}0000`, letters, `CN-${letters}`, short, zh, en, en.toUpperCase(), `${zh}省`]) {
        expect([key, provinceOf(key)?.zh]).toEqual([key, zh]);
      }
    }
  });

  it.each(["", "Atlantis", "省", "市", "0", "99", "440100", "4400000", "吉林市", "Jilin City", "海南市", "海南藏族自治州", "constructor", "__proto__", "Gu"])(
    "that names none has no tile: %j", (key) => { expect(provinceOf(key)).toBeNull(); });
});
