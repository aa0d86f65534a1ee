function told(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start a system with \`node tools/test/system.mjs\`.`);
  return value;
}

/** The running system that the browser tests use. */
export const system = {
  /** Of the API, which serves the console too. */
  url: told('TEST_API_URL'),
  sandboxUrl: told('TEST_SANDBOX_URL'),
  admin: { email: told('TEST_ADMIN_EMAIL'), password: told('TEST_ADMIN_PASSWORD') },
};
