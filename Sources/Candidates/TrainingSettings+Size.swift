import Foundation

extension TrainingSettings {
    /// Passes that a network of so many multiply-accumulate operations gets: `epochs`, or more where `mostEpochs` lets smaller
    /// networks be trained longer.
    ///
    /// More by the square root of the share of operations, between as many passes for all, which spends the time on the few
    /// largest networks, and as much time for all: errors fall with about the root of the passes, those of small networks no
    /// less than others (docs/results/search.md).
    package func epochs(operations: Double) -> Double {
        guard let mostEpochs, let largestOperations else { return epochs }
        let beside = TrainingSettings.operationsBesideSample
        let share = (operations + beside) / (largestOperations + beside)
        return min(max(mostEpochs, epochs), epochs / min(1, share.squareRoot()))
    }

    /// These settings with other passes for the largest networks.
    package func with(epochs: Double) -> TrainingSettings {
        var settings = self
        settings.epochs = epochs
        return settings
    }

    /// What a network's training takes for each sample beside its own operations, about; the same on every computer, so that
    /// histories repeat.
    private static let operationsBesideSample = 100_000.0
}
