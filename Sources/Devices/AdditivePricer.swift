public import ModelGraph

/// Prices chains of pieces from a table, without touching a graph.
///
/// The caller numbers the pieces of its search space (a cell at a stage, a layer with its channels and types) and hands
/// in a graph the first time a number occurs; from then on a network is a list of numbers.
///
///     var pricer = AdditivePricer(profile, keys: 15_625 * 3)
///     for key in keys where !pricer.knows(key) { pricer.learn(key, graphOfPiece(key)) }
///     let price = pricer.price(keys)
public struct AdditivePricer: Sendable {
    public let profile: DeviceProfile
    public let reserve: Reserve
    private var pieces: [PricedPiece?]

    /// - Parameter keys: how many numbers there are; keys are 0..<keys.
    public init(_ profile: DeviceProfile, keys: Int, reserve: Reserve = .none) {
        self.profile = profile
        self.reserve = reserve
        pieces = [PricedPiece?](repeating: nil, count: keys)
    }

    public func knows(_ key: Int) -> Bool { pieces[key] != nil }

    /// Prices the piece with this number, once.
    public mutating func learn(_ key: Int, _ graph: Graph) {
        pieces[key] = PricedPiece(graph, on: profile)
    }

    /// Stores a piece that was priced elsewhere, such as several pieces in a row.
    public mutating func learn(_ key: Int, _ piece: PricedPiece) { pieces[key] = piece }

    public subscript(key: Int) -> PricedPiece? { pieces[key] }

    /// The price of the network whose pieces have these numbers, in order; nil where one is not known yet.
    public func price(_ keys: [Int]) -> Price? {
        var sum = CostSum()
        var state = EntryState.start
        var peak = 0
        var returnMilliseconds = 0.0
        var refusal: String?
        for key in keys {
            guard let piece = pieces[key] else { return nil }
            let passage = piece.passages[state.rawValue]
            sum += passage.sum
            state = passage.exit
            peak = max(peak, piece.peakActivationBytes)
            returnMilliseconds = piece.returnMilliseconds
            if refusal == nil { refusal = passage.refusal }
        }
        return profile.price(
            sum, endingIn: state, returnMilliseconds: returnMilliseconds, peakActivationBytes: peak,
            refusal: refusal,
            reserve: reserve)
    }
}
