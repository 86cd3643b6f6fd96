/// One point of a search space: for each of the space's dimensions, the index of the option chosen.
///
/// Only `SearchSpace` gives the numbers a meaning. Two genotypes name the same candidate exactly where their normal
/// forms (`SearchSpace.normalForm`) are equal.
public struct Genotype: Hashable, Sendable {
    /// As many as the space has dimensions, each below that dimension's `options.count`.
    public var choices: [UInt8]
    /// Names of layers that stay in float32 whatever precision is chosen: what accuracy control found, no strategy proposes any.
    public var keptLayers: [String]

    /// A point with these choices, one for each dimension of its space.
    public init(choices: [UInt8], keptLayers: [String] = []) {
        self.choices = choices
        self.keptLayers = keptLayers
    }

    /// The index of the option chosen in a dimension.
    public subscript(dimension: Int) -> Int {
        get { Int(choices[dimension]) }
        set { choices[dimension] = UInt8(newValue) }
    }
}
