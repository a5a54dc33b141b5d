import { expect, it } from "vitest";
import { shareLinks } from "../../../src/data/share";

it("opens what is seen, for readers, walls and other pages, and gives no token away", () => {
  const { link, kiosk, frame } = shareLinks("https://host/a/?lang=zh&panel=%22x%22&kiosk=1#token=secret");
  expect(link).toBe("https://host/a/?lang=zh&panel=%22x%22");
  expect(kiosk).toBe("https://host/a/?lang=zh&panel=%22x%22&kiosk=1");
  expect(frame).toMatch(/^<iframe src="https:\/\/host\/a\/\?lang=zh&amp;panel=%22x%22&amp;kiosk=1" .*><\/iframe>$/);
  expect(`${link}${kiosk}${frame}`).not.toContain("secret");
});
