import Datasets
import Determinism
import ModelCompression
import ModelGraph
import SearchSpaces
import Training

/// What candidates of a space take on one core of this computer, as straight lines over their multiply-accumulate
/// operations.
public struct TrainingSpeed: Hashable, Sendable {
    /// A number of seconds that grows with a network's operations.
    public struct Line: Hashable, Sendable {
        /// Seconds of a network without operations.
        public let fixed: Double
        /// Seconds an operation of one inference.
        public let perOperation: Double

        /// A line by its two numbers.
        public init(fixed: Double, perOperation: Double) {
            self.fixed = fixed
            self.perOperation = perOperation
        }

        /// Seconds of a network with so many multiply-accumulate operations.
        public func seconds(operations: Double) -> Double { fixed + perOperation * operations }
    }

    /// To train on one sample once.
    public let sample: Line
    /// To build, compress and validate a network, beside training it.
    public let rest: Line

    /// Speeds by their lines.
    public init(sample: Line, rest: Line) {
        self.sample = sample
        self.rest = rest
    }

    /// Seconds of an evaluation that trains on so many samples.
    public func seconds(training samples: Double, operations: Double) -> Double {
        samples * sample.seconds(operations: operations) + rest.seconds(operations: operations)
    }
}

extension TrainingSpeed.Line {
    /// The least-squares line through points weighted by 1/y², so that small networks count; neither part is negative.
    init(through points: [(operations: Double, seconds: Double)]) {
        var (n, sx, sy, sxx, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (x, y) in points where y > 0 {
            let weight = 1 / (y * y)
            n += weight
            sx += weight * x
            sy += weight * y
            sxx += weight * x * x
            sxy += weight * x * y
        }
        let determinant = n * sxx - sx * sx
        let slope = determinant > 1e-12 * n * sxx ? max(0, (n * sxy - sx * sy) / determinant) : 0
        let fixed = n > 0 ? (sy - slope * sx) / n : 0
        guard fixed < 0 else {
            self.init(fixed: fixed, perOperation: slope)
            return
        }
        self.init(fixed: 0, perOperation: sxx > 0 ? sxy / sxx : 0)
    }
}

extension CandidateBuilder {
    /// Trains a few points of the space for some steps each, compresses and validates them, and times it on one core.
    ///
    /// - Parameters:
    ///   - points: random points beside the smallest one.
    ///   - seconds: about how long it may take.
    public func measureSpeed(points: Int = 4, seconds: Double = 2) throws -> TrainingSpeed {
        var random = RandomStream(seed: seed, .measurement)
        let sampled = (0..<points).map { _ in space.sample(using: &random) }
        var samples: [(operations: Double, seconds: Double)] = []
        var rests: [(operations: Double, seconds: Double)] = []
        for genotype in [space.smallest] + sampled {
            try Task.checkCancellation()
            let graph = try space.graph(of: space.uncompressed(genotype), input: data.input)
            let operations = Double(graph.counts.macs)
            let network = graph.initialized(seed: seed)
            let share = seconds / Double(2 * points + 2)
            samples.append((operations, try secondsPerSample(of: network, within: share)))
            let compressed = try compressedSeconds(network, as: genotype)
            rests.append((operations, compressed))
        }
        return TrainingSpeed(sample: .init(through: samples), rest: .init(through: rests))
    }

    /// The mean of some training steps after the first, a sample: what other work on this computer slows is slow here too.
    private func secondsPerSample(of network: Graph, within seconds: Double) throws -> Double {
        let recipe = adapted(settings.recipe(epochs: 1, seed: seed))
        let trainer = try Trainer(
            data.readingWholeSamples(network), on: data.trainingSource(seed: seed), recipe: recipe)
        let clock = ContinuousClock()
        var begin = clock.now
        let end = begin + .seconds(seconds)
        try trainer.takeStep()
        guard !trainer.isFinished, clock.now < end else {
            return (clock.now - begin) / .seconds(Double(recipe.batch))
        }
        begin = clock.now
        var steps = 0.0
        repeat {
            try trainer.takeStep()
            steps += 1
        } while clock.now < end && !trainer.isFinished
        return (clock.now - begin) / .seconds(steps * Double(recipe.batch))
    }

    /// What compression without training and a validation take.
    private func compressedSeconds(_ network: Graph, as genotype: Genotype) throws -> Double {
        let begin = ContinuousClock.now
        let built = try compress(
            network, by: space.pipeline(of: genotype), calibration: CalibrationSamples(data),
            options: options, fineTune: { graph, _ in graph })
        let compressing = (ContinuousClock.now - begin) / .seconds(1)
        let validation = data.split.validation
        let part = Array(validation.prefix(256))
        guard !part.isEmpty else { return compressing }
        let start = ContinuousClock.now
        _ = try Judge(data: data).predictions(of: built, on: part)
        let validating = (ContinuousClock.now - start) / .seconds(1)
        return compressing + validating * Double(validation.count) / Double(part.count)
    }
}
