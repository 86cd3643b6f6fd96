import Determinism
import Engine
import Kernels
import ModelGraph
import SearchSpaces
import Training

/// Random candidates of a space in float32, int8 and bfloat16, from the caller's buffer to the output buffer.
struct NetworkStudy {
    let space: SearchSpace
    static let precisions: [Precision] = [.float32, .int8, .bfloat16]

    func measure(seeds: Range<UInt64>, kernels: KernelSet) throws {
        var speedups: [[Double]] = []
        for seed in seeds {
            var random = RandomStream(seed: seed, .proposal)
            let genotype = space.uncompressed(space.sample(using: &random))
            let graph = try space.graph(of: genotype, input: space.referenceInput).initialized(seed: seed)
            let plans = try NetworkStudy.precisions.map { precision in
                try Plan(graph.converted(toEvery: precision), kernels: kernels)
            }
            let times = Interleaved(plans, copying: true)
            speedups.append(times.speedups)
            let numbers =
                times.microseconds.map { "\($0.rounded(to: 10))" }
                + times.speedups.dropFirst().map { "\($0.rounded(to: 100))" }
            print("\(space.name),\(space.architecture(of: genotype)),\(numbers.joined(separator: ","))")
        }
        let medians = (1..<NetworkStudy.precisions.count).map { precision in
            "\(speedups.map { $0[precision] }.median.rounded(to: 100))"
        }
        print("\(space.name),median,,,,\(medians.joined(separator: ","))")
    }
}

extension Graph {
    /// The network with every layer in one precision; ranges do not matter to time.
    fileprivate func converted(toEvery precision: Precision) throws -> Graph {
        guard precision != .float32 else { return self }
        let assignment = Assignment(precision)
        return try prepared(for: assignment).converted(to: assignment, ranges: { _ in -6...6 })
    }
}
