import Devices
import ModelGraph
import Testing

@Suite("Prices from pieces")
struct PieceTests {
    /// A chain of convolutions, hard-swish after those named; pieces begin and end at the ReLU of each.
    private func chain(_ channels: [Int], swishAfter: Int? = nil, from first: Int = 8) throws -> Graph {
        var builder = GraphBuilder(name: "chain")
        let scale = Quantization(scale: 0.1)
        var value = builder.input("image", ValueType([1, 12, 12, first], .int8, quantization: scale))
        for (index, width) in channels.enumerated() {
            let weights = builder.constant("w", .unknown([width, 1, 1, builder.shape(of: value)[3]], .int8))
            value = try builder.apply(.convolution(Convolution(kernel: 1)), to: [value, weights])
            let isSwish = swishAfter == index
            value = try builder.apply(.activation(isSwish ? .hardSwish : .relu), to: [value])
        }
        return builder.graph(outputs: [value])
    }

    @Test("Pieces in a row cost what the whole graph costs", arguments: [Int?.none, 0, 1, 2])
    func piecesAddUp(swishAfter: Int?) throws {
        let channels = [16, 24, 8]
        let whole = try chain(channels, swishAfter: swishAfter)
        for profile in try DeviceCatalog(files: Shipped.files()).profiles {
            var pricer = AdditivePricer(profile, keys: 3)
            for (index, width) in channels.enumerated() {
                let input = index == 0 ? 8 : channels[index - 1]
                pricer.learn(
                    index, try chain([width], swishAfter: swishAfter == index ? 0 : nil, from: input))
            }
            var expected = price(whole, on: profile)
            expected.layers = []
            var actual = try #require(pricer.price([0, 1, 2]))
            let (a, b) = (actual.latencyMilliseconds ?? 0, expected.latencyMilliseconds ?? 0)
            #expect(abs(a - b) <= 1e-9 * b, "\(profile.name): \(a) against \(b)")
            actual.latencyMilliseconds = expected.latencyMilliseconds
            actual.latencyMillisecondsP10 = expected.latencyMillisecondsP10
            actual.latencyMillisecondsP90 = expected.latencyMillisecondsP90
            actual.energyMillijoules = expected.energyMillijoules
            #expect(actual == expected)
        }
    }

    @Test("A chain with an unknown piece has no price")
    func unknownPiece() throws {
        let pricer = AdditivePricer(try Shipped.profile("raspberry-pi-4"), keys: 3)
        #expect(pricer.price([0]) == nil)
    }
}
