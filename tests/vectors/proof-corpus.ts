// The format of the testdata of github.com/transparency-dev/merkle (a file a case, hashes in
// base64, no proof as null, numbers up to 2^64 - 1), with the tree that its cases are made from.

const ROOT_1 = 'bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0='
const ROOT_6 = 'duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8='
const ROOT_7 = '3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw='
const ROOT_8 = 'XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg='
const EMPTY = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
const ONE_OF_EIGHT = [
  'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
  'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
  'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
]
const SIX_OF_EIGHT = [
  'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
  'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
  '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
]
const SIX_OF_SEVEN = [
  'DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=',
  'sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=',
  '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
]

const text = (value: object) => JSON.stringify(value, null, 2)

const inclusion = (desc: string, wantErr: boolean, more: object) =>
  text({
    leafIdx: 0,
    treeSize: 8,
    root: ROOT_8,
    leafHash: ROOT_1,
    proof: ONE_OF_EIGHT,
    ...more,
    desc,
    wantErr,
  })

const consistency = (desc: string, wantErr: boolean, more: object) =>
  text({
    size1: 6,
    size2: 8,
    root1: ROOT_6,
    root2: ROOT_8,
    proof: SIX_OF_EIGHT,
    ...more,
    desc,
    wantErr,
  })

/** The text of each case by its path. */
export const proofCorpus: Readonly<Record<string, string>> = {
  'inclusion/1/happy-path.json': inclusion('happy path', false, {}),
  'inclusion/1/leafIdx-plus-@1.json': inclusion('leafIdx + 1', true, { leafIdx: 1 }),
  'inclusion/1/treeSize-mul-@2.json': inclusion('treeSize * 2', true, { treeSize: 16 }),
  'inclusion/1/treeSize-div-@2.json': inclusion('treeSize / 2', true, { treeSize: 4 }),
  'inclusion/1/empty-root.json': inclusion('empty root', true, { root: EMPTY }),
  'inclusion/1/wrong-leaf.json': inclusion('wrong leaf', true, { leafHash: 'V3JvbmdMZWFm' }),
  'inclusion/1/preceding-garbage.json': inclusion('preceding garbage', true, {
    proof: ['', ...ONE_OF_EIGHT],
  }),
  'inclusion/1/trailing-root.json': inclusion('trailing root', true, {
    proof: [...ONE_OF_EIGHT, ROOT_8],
  }),
  'inclusion/1/removed-component.json': inclusion('removed component', true, {
    proof: ONE_OF_EIGHT.slice(0, 2),
  }),
  'inclusion/0/happy-path.json': inclusion('happy path', false, {
    treeSize: 1,
    root: ROOT_1,
    proof: null,
  }),
  'inclusion/0/leafIdx---1.json': inclusion('leafIdx - 1', true, {
    treeSize: 1,
    root: ROOT_1,
    proof: null,
  }).replace('"leafIdx": 0', '"leafIdx": 18446744073709551615'),
  'inclusion/single-entry/empty-root-and-leaf.json': inclusion('empty root and leaf', true, {
    treeSize: 1,
    root: '',
    leafHash: '',
    proof: [],
  }),
  'inclusion/additional/0/empty-root.json': inclusion('empty root', true, {
    treeSize: 0,
    root: EMPTY,
    leafHash: '',
    proof: [],
  }).replace('leafIdx', 'leafIndex'),
  'inclusion/additional/happy-path.json': inclusion('happy path', false, {}).replace(
    'leafIdx',
    'leafIndex',
  ),
  'consistency/2/happy-path.json': consistency('happy path', false, {}),
  'consistency/2/size1---1.json': consistency('size1 - 1', true, { size1: 5 }),
  'consistency/2/wrong-root1.json': consistency('wrong root1', true, { root1: 'V3JvbmdSb290' }),
  'consistency/2/swapped-roots.json': consistency('swapped roots', true, {
    root1: ROOT_8,
    root2: ROOT_6,
  }),
  'consistency/2/empty-proof.json': consistency('empty proof', true, { proof: [] }),
  'consistency/2/trailing-garbage.json': consistency('trailing garbage', true, {
    proof: [...SIX_OF_EIGHT, ''],
  }),
  'consistency/4/happy-path.json': consistency('happy path', false, {
    size2: 7,
    root2: ROOT_7,
    proof: SIX_OF_SEVEN,
  }),
  'consistency/1/happy-path.json': consistency('happy path', false, {
    size1: 1,
    root1: ROOT_1,
    proof: ONE_OF_EIGHT,
  }),
  'consistency/additional/size1-is-zero.json': consistency('size1 is zero', true, {
    size1: 0,
    size2: 1,
    root1: EMPTY,
    root2: ROOT_1,
    proof: [],
  }),
  'consistency/additional/size1-is-zero-is-useless.json': consistency('is useless', true, {
    size1: 0,
    size2: 1,
    root1: EMPTY,
    root2: EMPTY,
    proof: [EMPTY],
  }),
  'consistency/additional/sizes-are-zero.json': consistency('sizes are zero', false, {
    size1: 0,
    size2: 0,
    root1: 'ZG9uJ3QgY2FyZSAx',
    root2: 'ZG9uJ3QgY2FyZSAx',
    proof: [],
  }),
  'consistency/additional/roots-differ.json': consistency('roots differ', true, {
    size1: 1,
    size2: 1,
    proof: [],
  }),
}
