/// One point of a search space: for each of the space's dimensions, the index of the option chosen.
///
/// Only `SearchSpace` gives the numbers a meaning. Two genotypes name the same candidate exactly where their normal
/// forms (`SearchSpace.normalForm`) are equal.
public struct Genotype: Hashable, Sendable {
    /// As many as the space has dimensions, each below that dimension's `options.count`.
    public var choices: [UInt8]

    public init(choices: [UInt8]) { self.choices = choices }

    public subscript(dimension: Int) -> Int {
        get { Int(choices[dimension]) }
        set { choices[dimension] = UInt8(newValue) }
    }
}
