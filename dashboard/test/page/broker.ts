// A real Kafka for one test file: one node under plain Java, on free ports, with its data in a folder
// that is removed with it.
//
// STREAMGAUGE_KAFKA_LIB is the folder of Kafka's jars.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort, kill, ROOT } from "./host";

const READY = "Kafka Server started";
const READY_LIMIT_MS = 60_000;
/** A node that lives for a short time starts sooner with one compiler, and with its classes at hand;
 * Java says nothing of those that it cannot use. */
const classesOf = (jars: string) => ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xlog:disable",
  `-XX:SharedArchiveFile=${join(jars, "../classes.jsa")}`, "-cp", join(jars, "*")];
/** Any 16 bytes in base64 are an id for a cluster that knows only itself. */
const ID = "c3RyZWFtZ2F1Z2UtdGVzdA";

export class Broker {
  readonly address: string;
  readonly #folder: string;
  readonly #classes: readonly string[];
  #java: ChildProcess | null = null;

  private constructor(folder: string, classes: readonly string[], port: number) {
    this.#folder = folder;
    this.#classes = classes;
    this.address = `127.0.0.1:${port}`;
  }

  /** A started broker without any topic. */
  static async start(): Promise<Broker> {
    const jars = process.env["STREAMGAUGE_KAFKA_LIB"];
    if (jars === undefined) {
      throw new Error("STREAMGAUGE_KAFKA_LIB is not set; hint: the folder of Kafka's jars, target/kafka/lib");
    }
    const folder = await mkdtemp(join(tmpdir(), "streamgauge-kafka-"));
    const [port, controller] = [await freePort(), await freePort()];
    const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`;
    const node = await readFile(join(ROOT, "xtask/kafka/single-node.properties"), "utf8");
    await writeFile(join(folder, "server.properties"), `${node}
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
listeners=${listeners}
advertised.listeners=${listeners}
log.dirs=${join(folder, "data")}
`);
    const broker = new Broker(folder, classesOf(jars), port);
    try {
      await broker.#format();
      await broker.resume();
    } catch (error) {
      await broker.end();
      throw error;
    }
    return broker;
  }

  async #format(): Promise<void> {
    const format = ["format", "--standalone", "-t", ID, "-c", join(this.#folder, "server.properties")];
    await this.#run("kafka.tools.StorageTool", format);
  }

  async #run(name: string, args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("java", this.#arguments(name, args));
    return stdout;
  }

  #arguments(name: string, args: readonly string[]): string[] {
    return ["-Xmx256m", ...this.#classes, name, ...args];
  }

  /** One of Kafka's own tools, such as `TopicCommand`, against this node. */
  async tool(name: string, ...args: readonly string[]): Promise<string> {
    return this.#run(`org.apache.kafka.tools.${name}`, ["--bootstrap-server", this.address, ...args]);
  }

  /** Deletes the records before these offsets. */
  async deleteBefore(topic: string, offsets: readonly number[]): Promise<void> {
    const file = join(this.#folder, "offsets.json");
    const partitions = offsets.map((offset, partition) => ({ topic, partition, offset }));
    await writeFile(file, JSON.stringify({ partitions, version: 1 }));
    await this.tool("DeleteRecordsCommand", "--offset-json-file", file);
  }

  /** Sends the lines of a file in a transaction that is never ended, by a producer that is killed. */
  async hang(topic: string, file: string, records: number): Promise<void> {
    const producer = spawn("java", this.#arguments("org.apache.kafka.tools.ProducerPerformance", [
      "--topic", topic, "--num-records", String(records * 1000), "--payload-file", file,
      "--throughput", String(records), "--transactional-id", "hanging", "--transaction-duration-ms", "60000",
      "--producer-props", `bootstrap.servers=${this.address}`, "transaction.timeout.ms=60000",
    ]), { stdio: ["ignore", "pipe", "ignore"] });
    // Other lines come before the first report of records that were acknowledged.
    let said = "";
    await new Promise<void>((reported, failed) => {
      producer.stdout.on("data", (words: Buffer) => {
        said += words.toString();
        if (said.includes("records sent")) reported();
      });
      producer.once("exit", () => failed(new Error(`the producer ended before its first report: ${said}`)));
    });
    await kill(producer);
  }

  /** Stands still without closing a connection. */
  freeze(): void {
    this.#java?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#java?.kill("SIGCONT");
  }

  /** Starts the node with the data from before. */
  async resume(): Promise<void> {
    const log = join(this.#folder, "kafka.log");
    // A line of readiness from an earlier start must not count.
    await rm(log, { force: true });
    const java = spawn("java", ["-Xmx512m", ...this.#classes,
      `-Dlog4j2.configurationFile=${join(ROOT, "xtask/kafka/log4j2.xml")}`,
      `-Dkafka.logs.dir=${this.#folder}`, "kafka.Kafka", join(this.#folder, "server.properties")],
    { cwd: this.#folder, stdio: "ignore" });
    this.#java = java;
    let failure: Error | null = null;
    java.once("error", (error) => { failure = error; });
    const end = Date.now() + READY_LIMIT_MS;
    const said = () => readFile(log, "utf8").catch(() => "");
    while (!(await said()).includes(READY)) {
      if (failure !== null) throw failure;
      if (java.exitCode !== null || Date.now() > end) {
        throw new Error(`Kafka did not start:\n${(await said()).slice(-4000)}`);
      }
      await sleep(50);
    }
  }

  /** SIGKILL; the data stays as it is. */
  async kill(): Promise<void> {
    if (this.#java !== null) await kill(this.#java);
  }

  /** Ends the node and removes its data. */
  async end(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
