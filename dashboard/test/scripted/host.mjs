// A scripted host: it serves the built page with the content security policy of
// the real one and speaks wire v1, so that states which are hard to reach with
// a real pipeline can be tested. It holds no logic of the product.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { standard } from "./api.mjs";

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
});

/**
 * @typedef {Record<string, unknown>} Json
 * @typedef {import("./api.mjs").Answer} Answer
 * @typedef {{ port?: number, path?: string, greeting: () => Json[],
 *             api?: (name: string, query: URLSearchParams) => Answer | null }} Script
 */

export class ScriptedHost {
  /** @type {import("node:http").Server} */ #http;
  /** @type {WebSocketServer} */ #sockets;
  /** @type {string} */ #path;
  /** The number of sockets that were opened so far. */
  connections = 0;
  /** The requests over plain HTTP so far, such as `history?metric=age` or `POST ticket`. @type {string[]} */
  asked = [];
  /** How many answers that go on for ever were left by who had asked. */
  left = 0;

  /** @param {Script} script */
  constructor(script) {
    this.#path = script.path ?? "/";
    this.script = script;
    this.#http = createServer((request, response) => {
      void this.#serve(request.url ?? "/", request.method ?? "GET", response);
    });
    this.#sockets = new WebSocketServer({ server: this.#http, path: `${this.#path}api/v1/stream` });
    this.#sockets.on("connection", (socket) => {
      this.connections += 1;
      for (const message of this.script.greeting()) socket.send(JSON.stringify(message));
    });
  }

  /** @param {Script} script */
  static async start(script) {
    await readFile(join(DIST, "index.html")).catch(() => {
      throw new Error("the page is not built; hint: npm run build");
    });
    const host = new ScriptedHost(script);
    await new Promise((resolve, reject) => {
      host.#http.once("error", reject);
      host.#http.listen(script.port ?? 0, "127.0.0.1", () => resolve(undefined));
    });
    return host;
  }

  get port() {
    const address = this.#http.address();
    if (address === null || typeof address === "string") throw new Error("host is not listening");
    return address.port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}${this.#path}`;
  }

  /** Sends a message to every page. @param {unknown} message */
  send(message) {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  /** Drops every page without a word and stops listening. */
  async stop() {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /**
   * @param {string} target
   * @param {string} method
   * @param {import("node:http").ServerResponse} response
   */
  async #serve(target, method, response) {
    const { pathname, searchParams } = new URL(target, "http://host/");
    if (!pathname.startsWith(this.#path)) return void response.writeHead(404).end();
    const asked = pathname.slice(this.#path.length);
    if (asked.startsWith("api/")) {
      const of = decodeURIComponent(asked.slice("api/v1/".length));
      const name = method === "GET" ? of : `${method} ${of}`;
      this.asked.push(searchParams.size === 0 ? name : `${name}?${searchParams}`);
      const answer = this.script.api?.(name, searchParams) ?? standard(name, searchParams);
      if (answer === null) return void response.writeHead(404).end('{"error":"not scripted"}');
      response.writeHead(answer.status ?? 200, { "content-type": answer.type ?? "application/json" });
      if (answer.goesOn !== true) return void response.end(answer.body);
      response.on("close", () => { this.left += 1; });
      return void response.write(answer.body);
    }
    const name = normalize(asked || "index.html");
    try {
      const body = await readFile(join(DIST, name));
      response.writeHead(200, {
        "content-type": TYPES[extname(name)] ?? "application/octet-stream",
        "content-security-policy": "default-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'",
      }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}
