# One file for the three servers: `docker build --build-arg APP=api .` (api, worker or sendgrid-sandbox).
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
ENV NX_DAEMON=false
RUN npx nx run-many -t build

FROM node:24-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ARG APP
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY --from=packages /src/node_modules node_modules
COPY --from=build /src/dist dist
RUN mkdir /data && chown node:node /data && ln -s /app/dist/apps/${APP}/main.js main.js
USER node
VOLUME /data
# Source maps make stack traces readable; the symbolic link must resolve to where the bundle stands.
CMD ["node", "--enable-source-maps", "main.js"]
