import Determinism
import Devices
import Foundation
import ModelGraph

/// Prices a second from pieces that are priced once, on one core.
///
/// Networks of 22 layers, each one of nine blocks: the FBNet setting. Beside it the look-up loop of once-for-all as its
/// code is described: a string is built for each layer, looked up in a dictionary of latencies, and summed.
func speedTable(_ context: Context) throws {
    print("\nPrices a second, one core (latency with interval, energy, RAM, flash, status)\n")
    print("| device | prices a second | largest difference to the whole graph |\n|---|---|---|")
    for name in ["raspberry-pi-4", "jetson-nano", "stm32h743", "coral-edge-tpu", "zcu102"] {
        let chain = Chain(layers: 22, isInt8: name == "coral-edge-tpu" || name == "zcu102")
        let profile = try context.profile(name)
        let pricer = try chain.pricer(profile)
        let networks = chain.networks(2000)
        var checksum = 0.0
        let start = processorSeconds()
        var count = 0
        while count < 1_000_000 {
            for keys in networks {
                checksum += pricer.price(keys).latencyMillisecondsP90 ?? 0
                count += 1
            }
        }
        let seconds = processorSeconds() - start
        var difference = 0.0
        for keys in networks.prefix(100) {
            let whole = price(try chain.graph(keys), on: profile).latencyMilliseconds ?? 0
            difference = max(
                difference, abs((pricer.price(keys).latencyMilliseconds ?? 0) - whole) / max(whole, 1e-12))
        }
        precondition(checksum > 0)
        print("| \(name) | \(Int(Double(count) / seconds)) | \(String(format: "%.1e", difference)) |")
    }
    print("| once-for-all's look-up loop (re-created) | \(lookUpLoop(context)) | – |")
}

/// Networks of layers in a row, each chosen from a few.
private struct Chain {
    let layers: Int
    let isInt8: Bool
    static let widths = [8, 16, 24]
    static let kernels = [1, 3, 5]
    /// Input width × kernel × output width of every layer but the first has its own number.
    static let choices = 27

    func networks(_ count: Int) -> [[Int]] {
        (0..<count).map { index in
            var random = RandomStream(seed: 9, .proposal, UInt64(index))
            var input = 0
            return (0..<layers).map { _ in
                let kernel = random.index(below: 3)
                let output = random.index(below: 3)
                defer { input = output }
                return (input * 3 + kernel) * 3 + output
            }
        }
    }

    func graph(_ keys: [Int]) throws -> Graph {
        var network = Layers(shape: [1, 16, 16, Chain.widths[(keys.first ?? 0) / 9]])
        for key in keys {
            let kernel = Chain.kernels[key / 3 % 3]
            try network.convolve(Chain.widths[key % 3], kernel: kernel, .relu)
        }
        let graph = network.builder.graph(outputs: [network.value])
        return isInt8 ? graph.inInt8 : graph
    }

    func pricer(_ profile: DeviceProfile) throws -> PriceTable {
        var pricer = PriceTable(profile)
        for key in 0..<Chain.choices { pricer.add(PricedPiece(try graph([key]), on: profile)) }
        return pricer
    }
}

private func lookUpLoop(_ context: Context) -> Int {
    var table: [String: Double] = [:]
    func key(_ layer: Int, _ choice: Int) -> String {
        "expanded_conv-input:112x112x\(16 + choice % 3 * 8)-output:56x56x\(24 + choice % 5)-expand:\(choice % 6 + 1)"
            + "-kernel:\(choice % 3 * 2 + 3)-stride:\(layer % 2 + 1)-idskip:\(choice % 2)"
    }
    for layer in 0..<22 { for choice in 0..<Chain.choices { table[key(layer, choice)] = Double(choice + 1) } }
    let networks = Chain(layers: 22, isInt8: false).networks(2000)
    var checksum = 0.0
    let start = processorSeconds()
    for keys in networks {
        for (layer, choice) in keys.enumerated() { checksum += table[key(layer, choice)] ?? 0 }
    }
    let seconds = processorSeconds() - start
    precondition(checksum > 0)
    return Int(Double(networks.count) / seconds)
}

/// Time this process has had a processor: other processes on the machine do not count.
private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
