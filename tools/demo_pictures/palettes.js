// One quiet family of wall, floor and accent per category.
const of = (wall, floor, accent) => ({ wall, floor, accent });
export const PALETTES = {
  women: of("#f1e4da", "#e3cfc1", "#d9ab98"), men: of("#e6e5df", "#d0cec3", "#a3aba6"), kids: of("#f6ecd2", "#ecd9ad", "#eebd86"),
  shoes: of("#ece3d6", "#d9c9b3", "#c7a681"), bags: of("#efe3dc", "#dcc6ba", "#c49482"), clothing: of("#f1e4da", "#e0ccbe", "#cf8f78"),
  phones: of("#e4e7eb", "#cfd5dc", "#a4b4c8"), audio: of("#eae5ec", "#d4cdd9", "#b3a6c2"), charging: of("#e6ebe4", "#d0d9cb", "#a4bb9e"),
  wearables: of("#e9e7e2", "#d3cfc6", "#b7aa90"), computing: of("#e4e9e9", "#cdd6d6", "#9db3b3"), imaging: of("#efe6da", "#dccbb5", "#c9a076"), digital: of("#e5e8ea", "#ced5d9", "#9fb0bf"),
  bedding: of("#eeeae4", "#dcd5ca", "#b4c0c6"), kitchen: of("#f4e6d6", "#e5cbb0", "#db9668"), storage: of("#efe8d9", "#dccfb4", "#bfac7c"),
  lamps: of("#eee1cc", "#d9c29f", "#d19a4f"), textiles: of("#efe5dd", "#dccabd", "#c39f8c"), scent: of("#e9ece2", "#d3dac7", "#a4b392"), home: of("#f0e8dc", "#dccdb8", "#c2a078"),
  green: of("#e8eedb", "#cedab7", "#98b172"), black: of("#f3e3d6", "#e0c2aa", "#c2714a"), oolong: of("#ece7d5", "#d5caa8", "#97a164"),
  white: of("#efede4", "#dcd8c8", "#b9b69c"), puer: of("#ece1d3", "#d2bca3", "#9a6a4a"), scented: of("#f6eae5", "#e9d0c7", "#dda19a"), leaf: of("#e9eedd", "#d0dbba", "#8fae74"),
  pots: of("#e6ebe8", "#ccd8d2", "#8fae9f"), cups: of("#e8ebe6", "#d1dacf", "#9db29a"), sets: of("#efe7d8", "#dccbaa", "#bd945c"), ware: of("#e7ebe6", "#cfd9d1", "#93af9d"),
  festive: of("#f6e4d6", "#e9c6ae", "#d0593f"), starter: of("#edebdc", "#d8d4b8", "#93a46c"), gifts: of("#f5e5d8", "#e6c8b2", "#cc6046"),
};
