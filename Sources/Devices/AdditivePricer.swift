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
    private let tariff: Tariff
    /// By key, where its places begin; −1 while it is not known.
    private var starts: [Int32]
    /// One place a key, or one for each `EntryState` where activations may change sides; free of references.
    private var places: [Place] = []
    private let placesPerKey: Int
    private var refusals: [String] = []

    private struct Place {
        var sum: CostSum
        var exit: Int
        /// Index into `refusals`; −1 for none.
        var refusal: Int
        var peakActivationBytes: Int
        var returnMilliseconds: Double
    }

    /// - Parameter keys: how many numbers there are; keys are 0..<keys.
    public init(_ profile: DeviceProfile, keys: Int, reserve: Reserve = .none) {
        self.profile = profile
        tariff = Tariff(profile, reserve: reserve)
        starts = [Int32](repeating: -1, count: keys)
        placesPerKey = profile.hasBorders ? EntryState.allCases.count : 1
    }

    public func knows(_ key: Int) -> Bool { starts[key] >= 0 }

    /// Prices the piece with this number, once.
    public mutating func learn(_ key: Int, _ graph: Graph) { learn(key, PricedPiece(graph, on: profile)) }

    /// Stores a piece that was priced elsewhere, such as several pieces in a row.
    public mutating func learn(_ key: Int, _ piece: PricedPiece) {
        starts[key] = Int32(places.count)
        for passage in piece.passages.prefix(placesPerKey) {
            places.append(
                Place(
                    sum: passage.sum, exit: passage.exit.rawValue,
                    refusal: passage.refusal == nil ? -1 : refusals.count,
                    peakActivationBytes: piece.peakActivationBytes,
                    returnMilliseconds: piece.returnMilliseconds))
            if let refusal = passage.refusal { refusals.append(refusal) }
        }
    }

    /// The price of the network whose pieces have these numbers, in order; nil where one is not known yet.
    public func price(_ keys: [Int]) -> Price? {
        var sum = CostSum()
        var state = 0
        var peak = 0
        var returnMilliseconds = 0.0
        var refusal = -1
        for key in keys {
            let start = Int(starts[key])
            guard start >= 0 else { return nil }
            let index = placesPerKey == 1 ? start : start + state
            sum += places[index].sum
            state = places[index].exit
            peak = max(peak, places[index].peakActivationBytes)
            returnMilliseconds = places[index].returnMilliseconds
            if refusal < 0 { refusal = places[index].refusal }
        }
        return tariff.price(
            sum, endingIn: EntryState(rawValue: state) ?? .start, returnMilliseconds: returnMilliseconds,
            peakActivationBytes: peak, refusal: refusal < 0 ? nil : refusals[refusal])
    }
}
