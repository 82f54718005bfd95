// What the server tells about its tables and the user's privileges, without a change.
import { fullText, type Text } from "../../../model/messages/define.ts";
import { storeFault } from "../../../model/messages/state.ts";
import { connectionsTo } from "./connections.ts";
import { READ_ONLY, tablesOf } from "./open.ts";

interface Row {
  readonly replica: boolean;
  /** Null if there is no such schema. */
  readonly may_create: boolean | null;
  readonly may_create_schema: boolean;
  /** The tables of the state in which the user may not read, insert, update and delete. */
  readonly closed: string[];
}

// `schemaname`: tables of the same names in another schema are another state.
const PRIVILEGES = `select pg_is_in_recovery() as replica,
  has_schema_privilege(current_schema(), 'create') as may_create,
  has_database_privilege(current_database(), 'create') as may_create_schema,
  array(select tablename::text from pg_tables
    where schemaname = current_schema() and tablename like 'replicator\\_%' and tablename <> 'replicator_schema'
      and not (has_table_privilege(format('%I.%I', schemaname, tablename), 'select')
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'insert')
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'update')
        and has_table_privilege(format('%I.%I', schemaname, tablename), 'delete'))
    order by 1) as closed`;

/** Why the tables could not be written or created. Throws what `explainPostgres` explains, and `StateError`. */
export async function inspectPostgres(
  connectionString: string,
  schema: string | undefined,
): Promise<{ readonly unwritable?: Text }> {
  const connections = await connectionsTo(connectionString, [READ_ONLY]);
  try {
    const hasTables = await tablesOf(connections, schema);
    const [row] = await connections.read<Row>({ sql: PRIVILEGES, params: [] });
    const refused = (cause: string) => ({ unwritable: fullText(storeFault("server-permission", { cause })) });
    if (row?.replica) return { unwritable: fullText(storeFault("server-replica", { cause: "pg_is_in_recovery" })) };
    if (row && row.closed.length > 0) return refused(`no INSERT, UPDATE or DELETE on ${row.closed.join(", ")}`);
    if (hasTables || row?.may_create) return {};
    if (row?.may_create === null && schema !== undefined && row.may_create_schema) return {};
    return refused("no tables yet, and no CREATE to make them");
  } finally {
    await connections.end();
  }
}
