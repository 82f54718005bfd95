import { EmulatorInputError } from "../errors.ts";

interface SwitchSpec {
  readonly values: readonly (string | number)[];
  /** A number of milliseconds; `values` are examples then. */
  readonly milliseconds?: true;
  readonly default: string | number;
  readonly about: string;
}

/**
 * What nobody has verified about the real API, or what its documents leave open. The first value is the default.
 * A client that is right under every value is right whatever the truth is.
 */
export const ALL_SWITCHES = {
  sourceBusyWhileCopying: {
    values: ["syncing", "refuses", "no"],
    default: "syncing",
    about:
      "Whether an image that is being copied is busy: shows SYNCING and refuses another SyncImages; refuses while it shows NORMAL; or neither.",
  },
  uniqueNames: {
    values: ["on-modify", "off", "everywhere", "late"],
    default: "on-modify",
    about:
      "Where an image name must be unique in its region: ModifyImageAttribute, CreateImage and ImportImage; nowhere; SyncImages too; or SyncImages accepts and the copy ends in failure.",
  },
  dryRunAnswer: {
    values: ["success", "error"],
    default: "success",
    about: "How a dry run that passes is answered: an empty success, or the error DryRunOperation.",
  },
  unknownIdInDescribe: {
    values: ["empty", "error"],
    default: "empty",
    about: "DescribeImages with an id that does not exist: left out, or InvalidImageId.NotFound for the whole call.",
  },
  tagWhileSyncing: {
    values: ["allowed", "failed-resource", "error"],
    default: "allowed",
    about: "Tagging an image that is SYNCING: works, is listed in FailedResources, or fails the call.",
  },
  renameWhileSyncing: {
    values: ["error", "allowed"],
    default: "error",
    about: "ModifyImageAttribute on an image that is SYNCING: fails, or works.",
  },
  copyTagsCarriedOver: {
    values: ["no", "yes"],
    default: "no",
    about: "Whether a copy gets all tags of its source.",
  },
  descriptionCarriedOver: {
    values: ["yes", "no"],
    default: "yes",
    about: "Whether a copy gets the description of its source.",
  },
  tagsVisibleAfterMs: {
    values: [0, 1500],
    milliseconds: true,
    default: 0,
    about: "How long after TagResources DescribeImages still shows the old tags (milliseconds, not time-scaled).",
  },
  copyVisibleAfterMs: {
    values: [0, 1500],
    milliseconds: true,
    default: 0,
    about: "How long after SyncImages a copy cannot be seen by any call (milliseconds, not time-scaled).",
  },
  describeOrder: {
    values: ["newest", "oldest"],
    default: "newest",
    about: "The order of DescribeImages.",
  },
  syncPercentOnNormal: {
    values: ["null", 100, 20],
    default: "null",
    about: "SyncPercent of a NORMAL image; the vendor's own example shows 20.",
  },
  imageSetMissingEntries: {
    values: ["none", "last", "all"],
    default: "none",
    about: "Which entries are missing in the ImageSet that SyncImages answers, although the copies are made.",
  },
  sharedImageTagsVisible: {
    values: ["no", "yes"],
    default: "no",
    about: "Whether an account that an image is shared with sees the owner's tags.",
  },
  failedCopyState: {
    values: ["CREATEFAILED", "vanishes"],
    default: "CREATEFAILED",
    about: "What is left of a copy that failed: an image in CREATEFAILED, or nothing.",
  },
  modifyWhileShared: {
    values: ["refused", "allowed"],
    default: "refused",
    about: "ModifyImageAttribute on an image that is shared with others: refused, as the documents say, or works.",
  },
  shareTwice: {
    values: ["error", "ignored"],
    default: "error",
    about: "Sharing with an account that has the image already: FailedOperation.AccountAlreadyExists, or nothing.",
  },
  familyPointsTo: {
    values: ["newest", "newest-modified", "first"],
    default: "newest",
    about:
      "Which image of a family DescribeImageFromFamily answers: the one made last, the one put into it last, or the one made first.",
  },
  emptyFamily: {
    values: ["clears", "ignored"],
    default: "clears",
    about: "ModifyImageAttribute with an empty ImageFamily: takes the image out of its family, or changes nothing.",
  },
  familyCarriedOver: {
    values: ["no", "yes"],
    default: "no",
    about: "Whether a copy gets the family of its source.",
  },
  deleteFailedImages: {
    values: ["allowed", "error"],
    default: "allowed",
    about: "DeleteImages on an image that is CREATEFAILED or IMPORTFAILED: works, or InvalidImageId.IncorrectState.",
  },
  quotaCountsSyncing: {
    values: ["yes", "no"],
    default: "yes",
    about: "Whether images that are still CREATING, IMPORTING or SYNCING count against the quota of their region.",
  },
} as const satisfies Record<string, SwitchSpec>;

type Table = typeof ALL_SWITCHES;
export type SwitchName = keyof Table;

/** A value for every switch. */
export type Switches = {
  -readonly [K in SwitchName]: Table[K] extends { milliseconds: true } ? number : Table[K]["values"][number];
};

const NAMES = Object.keys(ALL_SWITCHES) as SwitchName[];

/** The default of every switch. */
export function defaultSwitches(): Switches {
  return Object.fromEntries(NAMES.map((name) => [name, ALL_SWITCHES[name].default])) as Switches;
}

/**
 * Checks switches that came as JSON or from a command line; numbers may be given as text.
 * Throws `EmulatorInputError` with every problem and what is allowed.
 */
export function parseSwitches(input: Readonly<Record<string, unknown>>): Partial<Switches> {
  const problems: string[] = [];
  const result: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!Object.hasOwn(ALL_SWITCHES, name)) {
      problems.push(`switch ${name}: unknown; there are ${NAMES.join(", ")}`);
      continue;
    }
    const spec: SwitchSpec = ALL_SWITCHES[name as SwitchName];
    const parsed = parseValue(spec, value);
    if (parsed === undefined) {
      const allowed = spec.milliseconds ? "a number of milliseconds, 0 or more" : spec.values.join(", ");
      problems.push(`switch ${name}: ${JSON.stringify(value)} is not allowed; allowed: ${allowed}`);
    } else {
      result[name] = parsed;
    }
  }
  if (problems.length > 0) throw new EmulatorInputError(problems.join("\n"));
  return result;
}

function parseValue(spec: SwitchSpec, value: unknown): string | number | undefined {
  if (spec.milliseconds) {
    const ms = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof ms === "number" && Number.isFinite(ms) && ms >= 0 ? ms : undefined;
  }
  return spec.values.find((allowed) => String(allowed) === String(value));
}
