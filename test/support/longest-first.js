/**
 * Which test files begin first: those of the kinds that take longest, so that none of them is left to run alone at the end. Jest
 * itself goes by how long each took before, which a fresh clone cannot know.
 * https://jestjs.io/docs/configuration#testsequencer-string
 */
const kinds = ['property', 'flow', 'contract', 'infra', 'unit'];

export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((one, other) => rank(one) - rank(other) || (one.path < other.path ? -1 : 1));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}

function rank({ path }) {
  return kinds.findIndex((kind) => path.includes(`/test/${kind}/`));
}
