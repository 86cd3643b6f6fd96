import Datasets
import Determinism
import ModelGraph
import SearchSpaces
import Training

extension CandidateBuilder {
    /// Seconds that one core needs for one sample of one epoch: the mean over a few random points of the space.
    public func trainingSecondsPerSample(points: Int = 4) throws -> Double {
        var random = RandomStream(seed: seed, .measurement)
        let batch = min(settings.batch, 64)
        let samples = Array(data.split.train.prefix(batch))
        guard !samples.isEmpty else { return 0 }
        let source = ArraySource(
            sampleShape: data.dataset.sampleShape, samples: data.samples(samples),
            labels: samples.map { Int(data.dataset.labels[$0]) })
        var seconds = 0.0
        for _ in 0..<points {
            let graph = try space.graph(of: space.sample(using: &random), input: data.input).initialized(
                seed: seed)
            let recipe = TrainingRecipe().with {
                $0.epochs = 3
                $0.batch = samples.count
                $0.learningRate = 0.001
            }
            let start = ContinuousClock.now
            _ = try train(graph, on: source, recipe: recipe)
            seconds += (ContinuousClock.now - start) / .seconds(1)
        }
        return seconds / Double(3 * points * samples.count)
    }
}
