/// Networks as the numbers of their pieces, one network after the other.
public struct PieceLists: Sendable {
    /// The pieces of all networks, numbered as in a `PriceTable`.
    public var pieces: [Int32] = []
    /// For each network where its pieces end; they begin where those of the network before it end.
    public var ends: [Int] = []

    /// No networks yet.
    public init() {}
}
