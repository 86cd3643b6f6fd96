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
    /// Four places a number, one for each `EntryState`; flat and free of references, so that pricing counts nothing.
    private var places: [Place]
    private var isKnown: [Bool]
    private var refusals: [String] = []

    private struct Place {
        var sum = CostSum()
        var exit = 0
        /// Index into `refusals`; −1 for none.
        var refusal = -1
        var peakActivationBytes = 0
        var returnMilliseconds = 0.0
    }

    private static let states = EntryState.allCases.count

    /// - Parameter keys: how many numbers there are; keys are 0..<keys.
    public init(_ profile: DeviceProfile, keys: Int, reserve: Reserve = .none) {
        self.profile = profile
        self.reserve = reserve
        places = [Place](repeating: Place(), count: keys * AdditivePricer.states)
        isKnown = [Bool](repeating: false, count: keys)
    }

    public func knows(_ key: Int) -> Bool { isKnown[key] }

    /// Prices the piece with this number, once.
    public mutating func learn(_ key: Int, _ graph: Graph) { learn(key, PricedPiece(graph, on: profile)) }

    /// Stores a piece that was priced elsewhere, such as several pieces in a row.
    public mutating func learn(_ key: Int, _ piece: PricedPiece) {
        for (state, passage) in piece.passages.enumerated() {
            var place = Place(
                sum: passage.sum, exit: passage.exit.rawValue, peakActivationBytes: piece.peakActivationBytes,
                returnMilliseconds: piece.returnMilliseconds)
            if let refusal = passage.refusal {
                place.refusal = refusals.count
                refusals.append(refusal)
            }
            places[key * AdditivePricer.states + state] = place
        }
        isKnown[key] = true
    }

    /// The price of the network whose pieces have these numbers, in order; nil where one is not known yet.
    public func price(_ keys: [Int]) -> Price? {
        var sum = CostSum()
        var state = 0
        var peak = 0
        var returnMilliseconds = 0.0
        var refusal = -1
        for key in keys {
            guard isKnown[key] else { return nil }
            let index = key * AdditivePricer.states + state
            sum += places[index].sum
            state = places[index].exit
            peak = max(peak, places[index].peakActivationBytes)
            returnMilliseconds = places[index].returnMilliseconds
            if refusal < 0 { refusal = places[index].refusal }
        }
        return profile.price(
            sum, endingIn: EntryState(rawValue: state) ?? .start, returnMilliseconds: returnMilliseconds,
            peakActivationBytes: peak, refusal: refusal < 0 ? nil : refusals[refusal], reserve: reserve)
    }
}
