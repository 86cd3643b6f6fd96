/// Prices chains of pieces from a table, without touching a graph.
///
/// Pieces are numbered in the order in which they were added; from then on a network is a list of numbers.
///
///     var table = PriceTable(profile)
///     for piece in pieces { table.add(PricedPiece(piece, on: profile)) }
///     let price = table.price([0, 4, 2])
public struct PriceTable: Sendable {
    /// The device whose prices it gives.
    public let profile: DeviceProfile
    private let formula: PriceFormula
    /// One place a piece, or one for each `EntryState` where activations may change sides; free of references.
    private var places: [Place] = []
    private let placesPerPiece: Int
    private var obstacles: [Price.Cause] = []
    /// Of each place in turn, its terms under every other habit that the calibration leaves open.
    private var others: [SIMD16<Double>] = []
    private let habits: Int

    private struct Place {
        var sum: KernelCosts
        var exit: Int
        /// Index into `obstacles`; −1 for none.
        var obstacle: Int
        var peakActivationBytes: Int
        var returnMilliseconds: Double
    }

    /// A table without pieces for this device; `reserve` is memory that models may not use.
    public init(_ profile: DeviceProfile, reserve: Reserve = .none) {
        self.profile = profile
        formula = PriceFormula(profile, reserve: reserve)
        placesPerPiece = profile.hasBorders ? EntryState.allCases.count : 1
        habits = profile.calibration?.others.count ?? 0
    }

    /// Adds a piece, priced on this profile; its number is how many there were before it.
    public mutating func add(_ piece: PricedPiece) {
        for passage in piece.passages.prefix(placesPerPiece) {
            places.append(
                Place(
                    sum: passage.sum, exit: passage.exit.rawValue,
                    obstacle: passage.obstacle == nil ? -1 : obstacles.count,
                    peakActivationBytes: piece.peakActivationBytes,
                    returnMilliseconds: piece.returnMilliseconds))
            if let obstacle = passage.obstacle { obstacles.append(obstacle) }
            others += passage.others
        }
    }

    /// The price of the network that consists of these pieces, in order.
    ///
    /// Precondition: pieces of these numbers were added.
    public func price(_ pieces: [Int]) -> Price {
        var sum = KernelCosts()
        var state = 0
        var peak = 0
        var returnMilliseconds = 0.0
        var obstacle = -1
        var terms: [SIMD16<Double>] = habits == 0 ? [] : Array(repeating: .zero, count: habits)
        for piece in pieces {
            let place = placesPerPiece == 1 ? piece : piece * placesPerPiece + state
            sum += places[place].sum
            for habit in 0..<habits { terms[habit] += others[place * habits + habit] }
            state = places[place].exit
            peak = max(peak, places[place].peakActivationBytes)
            returnMilliseconds = places[place].returnMilliseconds
            let other = places[place].obstacle
            if other >= 0, obstacle < 0 || obstacles[other].outweighs(obstacles[obstacle]) {
                obstacle = other
            }
        }
        return formula.price(
            sum, others: terms, endingIn: EntryState(rawValue: state) ?? .start,
            returnMilliseconds: returnMilliseconds,
            peakActivationBytes: peak, obstacle: obstacle < 0 ? nil : obstacles[obstacle])
    }
}
