import createFetchClient, { type ClientOptions } from "openapi-fetch";
import type { paths } from "./schema.js";

export type { components, operations, paths } from "./schema.js";

/** Return a typed client of the service, e.g. `createClient({ baseUrl: "http://127.0.0.1:8001" })`. */
export function createClient(options: ClientOptions) {
  return createFetchClient<paths>(options);
}
