public import Kernels

extension Plan {
    /// How long one step of a plan takes.
    public struct StepTiming: Hashable, Sendable {
        /// The graph's node and the kernel that computes it.
        public let layer, kernel: String
        /// Multiply-adds, or elements moved.
        public private(set) var work: Double
        /// Whether its multiply-adds are int8.
        public let isInteger: Bool
        /// The shortest of all runs, in microseconds; a sum of those where a layer runs strip by strip.
        public private(set) var microseconds: Double

        /// Adds another strip of the same layer.
        fileprivate mutating func add(_ strip: StepTiming) {
            work += strip.work
            microseconds += strip.microseconds
        }

        /// Whether the work is the multiply-adds of a convolution or a product; other steps move or combine elements.
        public var multipliesAndAdds: Bool {
            ["convolution", "depthwise", "product", "winograd"].contains { kernel.hasPrefix($0) }
        }

        /// The part of a core's multiply-adds that it uses, from 0 to 1; for steps that move elements it means little.
        public func share(of peak: Peak) -> Double {
            work / microseconds / (isInteger ? peak.integers : peak.floats)
        }
    }

    /// Times every step on its own, strips of one layer together; each is run within whole inferences, so caches are as in use.
    public func measureSteps(runs: Int) -> [StepTiming] {
        precondition(runs > 0, "measureSteps: needs runs")
        let worker = Worker(self), clock = ContinuousClock(), steps = program.steps
        var best = [Double](repeating: .infinity, count: steps.count)
        for _ in 0..<runs {
            for index in steps.indices {
                let begin = clock.now
                worker.executor.run(step: index)
                best[index] = min(best[index], (clock.now - begin).milliseconds * 1000)
            }
        }
        var timings: [StepTiming] = []
        for index in steps.indices {
            let step = StepTiming(
                layer: steps[index].layer, kernel: steps[index].kernel, work: steps[index].work,
                isInteger: steps[index].isInteger, microseconds: best[index])
            if let known = timings.firstIndex(where: { $0.layer == step.layer && $0.kernel == step.kernel }) {
                timings[known].add(step)
            } else {
                timings.append(step)
            }
        }
        return timings
    }
}
