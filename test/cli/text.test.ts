// Lines that are wrapped to the width of a terminal.
import { describe, expect, it } from "vitest";
import { widthOf, wrap } from "../../cli/ui/text.ts";

describe("wrap", () => {
  it("leaves a line that fits, and every line of a pipe, as it is", () => {
    expect(wrap("one two", 7)).toEqual(["one two"]);
    expect(wrap("one  two ".repeat(50), Number.POSITIVE_INFINITY)).toHaveLength(1);
  });

  it("breaks at word ends, and indents what follows", () => {
    expect(wrap("  + one two three four", 12, 4)).toEqual(["  + one two", "    three", "    four"]);
  });

  it("counts columns, not characters, and keeps a long word whole", () => {
    const lines = wrap("镜像 镜像 镜像 https://example.com/a/long/address end", 10, 2);
    expect(lines).toEqual(["镜像 镜像", "  镜像", "  https://example.com/a/long/address", "  end"]);
    expect(lines.filter((line) => widthOf(line) > 10)).toHaveLength(1);
  });

  it("keeps an indent from taking more than half of a narrow terminal", () => {
    expect(wrap("aa bb cc", 4, 20)).toEqual(["aa", "  bb", "  cc"]);
  });
});
