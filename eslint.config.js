import tseslint from "typescript-eslint";

// Biome formats; ESLint is here for the rules that need types, above all promises that nobody waits for.
export default tseslint.config(
  { ignores: ["dist/**", "coverage/**", "deploy/serverless-plugin/**", "**/*.cjs", "eslint.config.js"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
);
