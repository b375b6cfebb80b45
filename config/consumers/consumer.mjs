#!/usr/bin/env node
// Takes events from conduitd and acks each: consumer.mjs [SOCKET]
//
// What is not acked comes again, whichever of the two processes ends. So an event may come twice
// when this one ends between handle() and the ack: where that matters, remember message ids.
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

// Yours. When it returns, the event is never sent again.
async function handle(line) {
  console.log(line.metadata.message_type, JSON.stringify(line.payload.event ?? null));
}

async function consume(path) {
  const socket = net.connect(path).setEncoding("utf8");
  socket.write('{"hello":{"consumer":"example-node","ack":true}}\n');
  let rest = "";
  for await (const chunk of socket) {
    const texts = (rest + chunk).split("\n"); // node:readline would break lines at U+2028, too
    rest = texts.pop();
    for (const line of texts.map((text) => JSON.parse(text))) {
      if (line.hello) continue; // the answer to ours
      if (["conduitd.error", "conduitd.replaced"].includes(line.metadata.message_type)) {
        console.error(JSON.stringify(line.payload));
        process.exit(1);
      }
      await handle(line);
      if (line.seq) socket.write(`{"ack":${line.seq}}\n`);
    }
  }
}

for (;;) {
  await consume(process.argv[2] ?? "/run/conduitd/events-auto.sock").catch(console.error);
  await sleep(1000);
}
