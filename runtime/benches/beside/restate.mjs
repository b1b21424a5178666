// The workload as a service of Restate: 4 durable steps, a promise that a person resolves, 4 more steps.
//
//   PORT=9080 NUMBERS_PORT=9081 node restate.mjs
//
// How long each step took until the server had it on disk is asked for on the second port.
import * as restate from "@restatedev/restate-sdk";
import http from "node:http";

// The SDK is written for Node 22; this is all of it that Node 20 lacks.
Promise.withResolvers ??= function () {
  const made = {};
  made.promise = new this((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

let took = [];

async function step(ctx, name) {
  const began = performance.now();
  let ran = false;
  await ctx.run(name, async () => {
    ran = true;
    return name;
  });
  // A step that comes from the journal was measured when it ran.
  if (ran) took.push(performance.now() - began);
}

const durable = restate.workflow({
  name: "durable",
  handlers: {
    run: async (ctx, id) => {
      for (const name of ["s1", "s2", "s3", "s4"]) await step(ctx, name);
      const chosen = await ctx.promise("go_on");
      for (const name of ["s5", "s6", "s7", "s8"]) await step(ctx, name);
      return `done ${id} ${chosen}`;
    },
    decide: async (ctx, chosen) => {
      await ctx.promise("go_on").resolve(chosen);
    },
  },
});

http
  .createServer((request, answer) => {
    if (request.url === "/forget") {
      took = [];
      answer.end("forgotten");
    } else {
      answer.end(took.map((ms) => ms.toFixed(3)).join("\n"));
    }
  })
  .listen(Number(process.env.NUMBERS_PORT), "127.0.0.1");

await restate.serve({ services: [durable], port: Number(process.env.PORT) });
