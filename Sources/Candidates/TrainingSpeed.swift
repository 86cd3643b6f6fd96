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
    /// To build, compress and validate a network, and to begin its training, beside the steps of that.
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
            let training = try trainingTime(of: network, within: share)
            samples.append((operations, training.sample))
            let compressed = try compressedSeconds(network, as: genotype)
            rests.append((operations, training.start + compressed))
        }
        return TrainingSpeed(sample: .init(through: samples), rest: .init(through: rests))
    }

    /// Seconds of a training a sample, by the mean of some steps after the first, and what begins it.
    ///
    /// What other work on this computer slows is slow here too. Where an epoch is a step or two, as many epochs follow each
    /// other: the first step alone would be taken for the pace of all.
    private func trainingTime(
        of network: Graph, within seconds: Double
    ) throws -> (sample: Double, start: Double) {
        let source = data.trainingSource(seed: seed)
        let count = Double(max(source.count, 1))
        let epochs = max(1, (CandidateBuilder.measuredSteps * Double(settings.batch) / count).rounded(.up))
        let recipe = adapted(settings.recipe(epochs: epochs, seed: seed))
        let clock = ContinuousClock()
        let begin = clock.now
        let trainer = try Trainer(data.readingWholeSamples(network), on: source, recipe: recipe)
        let stepsPerSample = Double(trainer.steps) / (epochs * count)
        let prepared = clock.now
        try trainer.takeStep()
        let first = (clock.now - prepared) / .seconds(1)
        let end = prepared + .seconds(seconds)
        let second = clock.now
        var steps = 0.0
        while !trainer.isFinished, clock.now < end {
            // What grows beyond all bounds has been timed for long enough.
            do { try trainer.takeStep() } catch { break }
            steps += 1
        }
        let step = steps > 0 ? (clock.now - second) / .seconds(steps) : first
        return (step * stepsPerSample, (prepared - begin) / .seconds(1) + max(0, first - step))
    }

    /// So many steps tell what one takes, if the time suffices.
    private static let measuredSteps = 1000.0

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
