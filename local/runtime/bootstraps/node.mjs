// Serves a Node handler on the Lambda Runtime API: `node --input-type=module --eval <this>`.
// AWS's own client needs a C++ toolchain to be installed; this one needs nothing.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const base = new URL(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let current; // id of the invocation under way

function send(method, operation, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(operation, base), { method, agent, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks).toString() }));
      answer.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function described(error, type) {
  const known = error instanceof Error;
  return JSON.stringify({
    errorType: type ?? (known ? error.name : typeof error),
    errorMessage: known ? error.message : String(error),
    trace: known && error.stack ? error.stack.split("\n") : [],
  });
}

async function end(operation, error, type, code) {
  await send("POST", operation, described(error, type), { "lambda-runtime-function-error-type": type });
  process.exit(code);
}

async function load() {
  const root = process.env.LAMBDA_TASK_ROOT ?? process.cwd();
  const parsed = path.parse(process.env._HANDLER ?? "index.handler");
  const names = [".mjs", ".js", ".cjs"].map((ending) => path.join(root, parsed.dir, parsed.name + ending));
  const file = names.find((name) => fs.existsSync(name));
  if (!file) throw Object.assign(new Error(`Cannot find module '${parsed.name}'`), { type: "Runtime.ImportModuleError" });
  const module = await import(pathToFileURL(file));
  const name = parsed.ext.slice(1);
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== "function") {
    throw Object.assign(new Error(`${process.env._HANDLER} is undefined or not exported`), { type: "Runtime.HandlerNotFound" });
  }
  return handler;
}

// A handler with a third parameter may answer by its callback or by a promise, all others by what they return.
function call(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const returned = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof returned?.then === "function") returned.then(resolve, reject);
  });
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function crashed(type) {
  return (error) => {
    console.error(error);
    if (current) end(`invocation/${current}/error`, error, type, 128);
    else process.exit(128);
  };
}
process.on("uncaughtException", crashed("Runtime.UncaughtException"));
process.on("unhandledRejection", crashed("Runtime.UnhandledPromiseRejection"));

let handler;
try {
  handler = await load();
} catch (error) {
  await end("init/error", error, error.type ?? (error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : error.name), 1);
}
for (;;) {
  const next = await send("GET", "invocation/next");
  const context = contextOf(next.headers);
  current = context.awsRequestId;
  process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
  try {
    const result = await call(handler, JSON.parse(next.body), context);
    await send("POST", `invocation/${current}/response`, JSON.stringify(result ?? null));
  } catch (error) {
    console.error(error);
    await send("POST", `invocation/${current}/error`, described(error));
  }
  current = undefined;
}
