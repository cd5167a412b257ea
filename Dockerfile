# The Node host as a container: the same steps and the same start as on Heroku (docs/operations/container.md).
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run heroku-postbuild
RUN npm prune --omit=dev

FROM node:24-slim
# As in app.json: pictures lie outside of the JavaScript heap, and their memory goes back to the system.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-old-space-size=256 --max-semi-space-size=8" \
    MALLOC_ARENA_MAX=2 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    MALLOC_MMAP_THRESHOLD_=16384
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/ui ./dist/ui
COPY --from=build /app/dist/compile-cache ./dist/compile-cache
COPY --from=build /app/src ./src
COPY --from=build /app/orchestrator ./orchestrator
# The files stay root's: the program writes nothing beside the stores of its tenants.
USER node
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/node.ts"]
