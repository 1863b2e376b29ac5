// Compiled with the generated client and run against a service: node usage.js URL KEY
import { createClient } from "./index.js";

const [baseUrl, key] = process.argv.slice(2) as [string, string];
const client = createClient({ baseUrl });

const list = await client.GET("/recommendations", { params: { query: { user_id: "1", num_recs: 3 } } });
if (!list.data) throw new Error(list.error.detail);
const ranks: number[] = list.data.items.map((item) => item.rank);

const events = await client.POST("/events", {
  headers: { "X-API-Key": key },
  body: { user_id: "typescript", item_id: list.data.items[0]!.item_id, event_id: "typescript-1" },
});

const invalid = await client.GET("/recommendations", { params: { query: { num_recs: 101 } } });

console.log(JSON.stringify({ ranks, accepted: events.data?.accepted, field: invalid.error?.errors?.[0]?.field }));
