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
    /// Of each place, milliseconds by `CostTerm`.
    private var terms: [SIMD16<Double>] = []
    private let placesPerPiece: Int
    private var obstacles: [Price.Cause] = []
    /// Of each place in turn, its terms under every other habit that the calibration leaves open.
    private var others: [SIMD16<Double>] = []
    private let habits: Int

    private struct Place {
        var weightBytes, deviceWeightBytes, structureBytes, kernelCount: Int
        var peakActivationBytes: Int
        var returnMilliseconds: Double
        var exit: Int
        /// Index into `obstacles`; −1 for none.
        var obstacle: Int
    }

    /// What the pieces of a network add up to.
    private struct Sum {
        var kernels = KernelCosts()
        var peakActivationBytes = 0
        var returnMilliseconds = 0.0
        var state = 0
        var obstacle = -1
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
                    weightBytes: passage.sum.weightBytes, deviceWeightBytes: passage.sum.deviceWeightBytes,
                    structureBytes: passage.sum.structureBytes, kernelCount: passage.sum.kernelCount,
                    peakActivationBytes: piece.peakActivationBytes,
                    returnMilliseconds: piece.returnMilliseconds, exit: passage.exit.rawValue,
                    obstacle: passage.obstacle == nil ? -1 : obstacles.count))
            terms.append(passage.sum.terms)
            if let obstacle = passage.obstacle { obstacles.append(obstacle) }
            others += passage.others
        }
    }

    /// The price of the network that consists of these pieces, in order.
    ///
    /// Precondition: pieces of these numbers were added.
    public func price(_ pieces: [Int]) -> Price {
        let network = pieces.map(Int32.init)
        let sum = sum(network[...])
        return formula.price(
            sum.kernels, others: otherTerms(network[...]),
            endingIn: EntryState(rawValue: sum.state) ?? .start,
            returnMilliseconds: sum.returnMilliseconds,
            peakActivationBytes: sum.peakActivationBytes,
            obstacle: sum.obstacle < 0 ? nil : obstacles[sum.obstacle])
    }

    /// The numbers of the prices of many networks, in their order.
    ///
    /// Precondition: as for `price(_:)`.
    public func prices(_ networks: PieceLists) -> [PriceNumbers] {
        var prices: [PriceNumbers] = []
        prices.reserveCapacity(networks.ends.count)
        var begin = 0
        for end in networks.ends {
            let network = networks.pieces[begin..<end]
            let sum = sum(network)
            prices.append(
                formula.numbers(
                    sum.kernels, others: habits == 0 ? [] : otherTerms(network),
                    endingIn: EntryState(rawValue: sum.state) ?? .start,
                    returnMilliseconds: sum.returnMilliseconds,
                    peakActivationBytes: sum.peakActivationBytes,
                    obstacle: sum.obstacle < 0 ? nil : obstacles[sum.obstacle].status))
            begin = end
        }
        return prices
    }

    private func sum(_ network: ArraySlice<Int32>) -> Sum {
        var sum = Sum()
        for piece in network {
            let index = placesPerPiece == 1 ? Int(piece) : Int(piece) * placesPerPiece + sum.state
            let place = places[index]
            sum.kernels.terms += terms[index]
            sum.kernels.weightBytes &+= place.weightBytes
            sum.kernels.deviceWeightBytes &+= place.deviceWeightBytes
            sum.kernels.structureBytes &+= place.structureBytes
            sum.kernels.kernelCount &+= place.kernelCount
            sum.peakActivationBytes = max(sum.peakActivationBytes, place.peakActivationBytes)
            sum.returnMilliseconds = place.returnMilliseconds
            sum.state = place.exit
            if place.obstacle >= 0,
                sum.obstacle < 0 || obstacles[place.obstacle].outweighs(obstacles[sum.obstacle])
            {
                sum.obstacle = place.obstacle
            }
        }
        return sum
    }

    /// The terms of a network under each other habit that the calibration leaves open.
    private func otherTerms(_ network: ArraySlice<Int32>) -> [SIMD16<Double>] {
        var sums = [SIMD16<Double>](repeating: .zero, count: habits)
        var state = 0
        for piece in network where habits > 0 {
            let index = placesPerPiece == 1 ? Int(piece) : Int(piece) * placesPerPiece + state
            for habit in 0..<habits { sums[habit] += others[index * habits + habit] }
            state = places[index].exit
        }
        return sums
    }
}
