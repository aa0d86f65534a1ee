// One build for every Node application: `rspack build -c tools/build/node-app.config.cjs --env app=api`.
const path = require('node:path');
const { CopyRspackPlugin } = require('@rspack/core');

const root = path.resolve(__dirname, '../..');

/** @returns {import('@rspack/core').Configuration} */
module.exports = ({ app }) => ({
  mode: 'none',
  target: 'node20',
  devtool: 'source-map',
  context: root,
  entry: { main: path.join(root, `apps/${app}/src/main.ts`) },
  output: {
    path: path.join(root, `dist/apps/${app}`),
    filename: '[name].js',
    library: { type: 'commonjs2' },
    devtoolModuleFilenameTemplate: '[resource-path]',
    clean: true,
  },
  resolve: { extensions: ['.ts', '.js'], tsConfig: path.join(root, 'tsconfig.base.json') },
  // Packages stay in node_modules: they are not ours to bundle, and native ones cannot be.
  externals: [
    ({ request }, callback) =>
      /^[a-z@]/i.test(request) && !request.startsWith('@audience-relay/') && !path.isAbsolute(request)
        ? callback(undefined, `commonjs ${request}`)
        : callback(),
  ],
  module: {
    rules: [
      {
        test: /\.ts$/,
        loader: 'builtin:swc-loader',
        options: require('./swc.json'),
        type: 'javascript/auto',
      },
    ],
  },
  // Pages that an application serves itself lie beside its bundle, where `__dirname` finds them.
  node: { __dirname: false },
  plugins: [
    new CopyRspackPlugin({
      patterns: [{ from: '**/*.html', context: path.join(root, `apps/${app}/src`), noErrorOnMissing: true }],
    }),
  ],
  // Nest finds providers by class; keep names for logs and Swagger.
  optimization: { minimize: false, nodeEnv: false },
  stats: 'errors-warnings',
});
