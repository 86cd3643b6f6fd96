import Determinism
import Devices
import ModelGraph
import Testing

@Suite("Prices from pieces")
struct PieceTests {
    /// A chain of convolutions, hard-swish after those named; pieces begin and end at the ReLU of each.
    private func chain(_ channels: [Int], swishAfter: [Int] = [], from first: Int = 8) throws -> Graph {
        var builder = GraphBuilder(name: "chain")
        let scale = Quantization(scale: 0.1)
        var value = builder.input("image", ValueType([1, 12, 12, first], .int8, quantization: scale))
        for (index, width) in channels.enumerated() {
            let weights = builder.constant("w", .unknown([width, 1, 1, builder.shape(of: value)[3]], .int8))
            value = try builder.apply(.convolution(Convolution(kernel: 1)), to: [value, weights])
            let isSwish = swishAfter.contains(index)
            value = try builder.apply(.activation(isSwish ? .hardSwish : .relu), to: [value])
        }
        return builder.graph(outputs: [value])
    }

    @Test("Pieces in a row cost what the whole graph costs", arguments: [[], [0], [1], [0, 2]])
    func piecesAddUp(swishAfter: [Int]) throws {
        let channels = [16, 24, 8]
        let whole = try chain(channels, swishAfter: swishAfter)
        for profile in try DeviceCatalog(files: Shipped.files()).profiles {
            var pricer = PriceTable(profile)
            for (index, width) in channels.enumerated() {
                let input = index == 0 ? 8 : channels[index - 1]
                let piece = try chain([width], swishAfter: swishAfter.contains(index) ? [0] : [], from: input)
                pricer.add(PricedPiece(piece, on: profile))
            }
            var expected = price(whole, on: profile)
            expected.layers = []
            var actual = pricer.price([0, 1, 2])
            let (a, b) = (actual.latencyMilliseconds ?? 0, expected.latencyMilliseconds ?? 0)
            #expect(abs(a - b) <= 1e-9 * b, "\(profile.name): \(a) against \(b)")
            actual.latencyMilliseconds = expected.latencyMilliseconds
            actual.latencyMillisecondsP10 = expected.latencyMillisecondsP10
            actual.latencyMillisecondsP90 = expected.latencyMillisecondsP90
            actual.energyMillijoules = expected.energyMillijoules
            #expect(actual == expected)
        }
    }

    @Test("Many networks at once cost what they cost one by one, on every device")
    func batches() throws {
        let widths = [8, 16, 24]
        for profile in try DeviceCatalog(files: Shipped.files()).profiles {
            var table = PriceTable(profile, reserve: Reserve(ramBytes: 1000, flashBytes: 2000))
            for key in 0..<18 {
                let swish = key % 2 == 1 ? [0] : []
                let piece = try chain([widths[key / 2 % 3]], swishAfter: swish, from: widths[key / 6])
                table.add(PricedPiece(piece, on: profile))
            }
            var networks: [[Int]] = []
            var lists = PieceLists()
            for index in 0..<40 {
                var random = RandomStream(seed: 4, .proposal, UInt64(index))
                networks.append((0...index).map { _ in random.index(below: 18) })
                lists.pieces += networks[index].map(Int32.init)
                lists.ends.append(lists.pieces.count)
            }
            for (network, numbers) in zip(networks, table.prices(lists)) {
                let price = table.price(network)
                #expect(
                    numbers
                        == PriceNumbers(
                            latencyMilliseconds: price.latencyMilliseconds,
                            latencyMillisecondsP10: price.latencyMillisecondsP10,
                            latencyMillisecondsP90: price.latencyMillisecondsP90,
                            energyMillijoules: price.energyMillijoules, peakRAMBytes: price.peakRAMBytes,
                            flashBytes: price.flashBytes, modelBytes: price.modelBytes, status: price.status),
                    "\(profile.name)")
            }
        }
    }

    @Test(
        "10,000 random networks cost the same from memoised pieces as whole",
        arguments: ["raspberry-pi-4", "coral-edge-tpu"])
    func randomNetworks(name: String) throws {
        let profile = try Shipped.profile(name)
        let widths = [8, 16, 24]
        var pricer = PriceTable(profile)
        for key in 0..<18 {
            let swish = key % 2 == 1 ? [0] : []
            let piece = try chain([widths[key / 2 % 3]], swishAfter: swish, from: widths[key / 6])
            pricer.add(PricedPiece(piece, on: profile))
        }
        var worst = 0.0
        for index in 0..<10_000 {
            var random = RandomStream(seed: 3, .proposal, UInt64(index))
            let choices = (0..<6).map { _ in random.index(below: 6) }
            let entries = [0] + choices.dropLast().map { $0 / 2 }
            let keys = zip(entries, choices).map { $0 * 6 + $1 }
            let swish = choices.indices.filter { choices[$0] % 2 == 1 }
            let graph = try chain(choices.map { widths[$0 / 2] }, swishAfter: swish)
            let whole = profile.price(PricedPiece(graph, on: profile))
            let pieces = pricer.price(keys)
            let (a, b) = (pieces.latencyMilliseconds ?? 0, whole.latencyMilliseconds ?? 0)
            worst = max(worst, abs(a - b) / b)
            #expect(pieces.modelBytes == whole.modelBytes && pieces.peakRAMBytes == whole.peakRAMBytes)
        }
        #expect(worst < 1e-9)
    }
}
