// Which build of the program this is.

/** A build, as `deploy/build.ts` writes it into the bundles and into `build.json` of a package. */
export interface Build {
  readonly version: string;
  /** The id of the git commit. Absent if the sources were in no repository. */
  readonly commit?: string;
  /** Set if sources differed from that commit. */
  readonly dirty?: true;
}

/** Replaced by the build. Not defined when the sources run as they are. */
declare const BUILD: Build | undefined;

/** This build; undefined when the sources run as they are. */
export const build: Build | undefined = typeof BUILD === "undefined" ? undefined : BUILD;

/** The version of this build, which packages must have been made with. */
export const version = build?.version ?? "sources";

/** A build as one word for people, e.g. `0.1.0+4f795c7.dirty`. */
export function buildText({ version, commit, dirty }: Build): string {
  return `${version}${commit ? `+${commit.slice(0, 7)}` : ""}${dirty ? ".dirty" : ""}`;
}
