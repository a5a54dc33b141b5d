// 导出与分享的词。
export const csvZh = {
  panel: "面板",
  window: "窗口",
  from: "开始",
  to: "结束",
  state: "状态",
  open: "进行中",
  closed: "已结束",
};

export const shareZh = {
  open: "分享",
  title: "分享本页",
  link: "链接：打开正在看的画面",
  kiosk: "展示链接：无按钮，适合大屏",
  frame: "嵌入代码：放进别的网页",
  frameNote: "别的网站要嵌入，须在 pipeline.toml 的 [server] 里写 frame_ancestors",
  tokenNote: "主机要令牌：打开链接的人须自行输入",
  copy: "复制",
  copied: "已复制",
  picture: "把整页存为图片",
  working: "正在画……",
  failed: "此浏览器画不出整页；可用系统截图",
  close: "关闭",
};

export type CsvWords = typeof csvZh;
export type ShareWords = typeof shareZh;
