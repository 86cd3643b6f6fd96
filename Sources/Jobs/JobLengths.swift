import Foundation

/// How much a job does: what its file says, or what was chosen for its data, its space and its time when it began.
package struct JobLengths: Hashable, Sendable {
    /// Candidates that the search evaluates, at most.
    package var evaluations: Int
    /// Passes over the data in which a candidate is trained while the search compares.
    package var epochs: Double
    /// Passes over the data in which a super-network is trained before the search; nil where there is none.
    package var superEpochs: Double?
    /// Samples a step.
    package var batch: Int
    /// Candidates with more multiply-accumulate operations are not proposed; nil for no limit.
    package var maximumOperations: Int?
    /// The recipes that compressions may use; nil for all of the space's.
    package var recipes: [String]?
    /// Candidates of each device that are trained to the end; nil where the search itself trains all of them so.
    package var finalists: Int?
    /// Passes in which a finalist is trained.
    package var finalEpochs: Double
    /// Passes that finalists smaller than the largest network may get; nil for the same passes for all.
    package var mostFinalEpochs: Double?

    package init(
        evaluations: Int, epochs: Double, superEpochs: Double? = nil, batch: Int, maximumOperations: Int?,
        recipes: [String]?, finalists: Int?, finalEpochs: Double, mostFinalEpochs: Double? = nil
    ) {
        self.evaluations = evaluations
        self.epochs = epochs
        self.superEpochs = superEpochs
        self.batch = batch
        self.maximumOperations = maximumOperations
        self.recipes = recipes
        self.finalists = finalists
        self.finalEpochs = finalEpochs
        self.mostFinalEpochs = mostFinalEpochs
    }
}

/// The keys of a job file that set its lengths.
package enum LengthKey: String, CaseIterable, Sendable {
    case evaluations = "search.max_evaluations"
    case operations = "search.max_macs"
    case epochs = "training.epochs"
    /// `training.epochs` of a job that shares weights.
    case superEpochs = "super_network.epochs"
    case batch = "training.batch"
    case recipes = "compression.recipe"
    case finalists = "finalists.per_device"
    case finalEpochs = "finalists.epochs"
    case mostFinalEpochs = "finalists.most_epochs"

    /// The keys that mean nothing where every candidate is trained to the end.
    static let withFinalists: Set<LengthKey> = [.epochs, .finalists, .mostFinalEpochs]

    /// Section and key of a job file that set it.
    package var place: String { self == .superEpochs ? LengthKey.epochs.rawValue : rawValue }
    var section: String { String(place.split(separator: ".")[0]) }
    var name: String { String(place.split(separator: ".")[1]) }
}

extension JobLengths {
    /// The value of a key as a job file writes it; nil where there is none.
    package func text(of key: LengthKey) -> String? {
        switch key {
        case .evaluations: String(evaluations)
        case .operations: maximumOperations.map(String.init)
        case .epochs: epochs > 0 ? JobLengths.text(epochs) : nil
        case .superEpochs: superEpochs.map(JobLengths.text)
        case .batch: String(batch)
        case .recipes: recipes.map { "[\($0.joined(separator: ", "))]" }
        case .finalists: finalists.map(String.init)
        case .finalEpochs: JobLengths.text(finalEpochs)
        case .mostFinalEpochs: mostFinalEpochs.map(JobLengths.text)
        }
    }

    private static func text(_ epochs: Double) -> String {
        epochs == epochs.rounded() && epochs < 1e9 ? String(Int(epochs)) : String(epochs)
    }

    /// Takes over a kept value; what cannot be read is left as it is.
    mutating func set(_ key: LengthKey, _ text: String) {
        switch key {
        case .evaluations: evaluations = Int(text) ?? evaluations
        case .operations: maximumOperations = Int(text)
        case .epochs: epochs = Double(text) ?? epochs
        case .superEpochs: superEpochs = Double(text) ?? superEpochs
        case .batch: batch = Int(text) ?? batch
        case .recipes:
            recipes = text.dropFirst().dropLast().split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        case .finalists: finalists = Int(text) ?? finalists
        case .finalEpochs: finalEpochs = Double(text) ?? finalEpochs
        case .mostFinalEpochs: mostFinalEpochs = Double(text)
        }
    }

    /// The keys as lines of a job file, one a section.
    package func lines(of keys: [LengthKey]) -> [String] {
        var sections: [(name: String, entries: [String])] = []
        for key in keys {
            guard let text = text(of: key) else { continue }
            let entry = "\(key.name): \(text)"
            if let index = sections.firstIndex(where: { $0.name == key.section }) {
                sections[index].entries.append(entry)
            } else {
                sections.append((key.section, [entry]))
            }
        }
        return sections.map { "\($0.name): {\($0.entries.joined(separator: ", "))}" }
    }
}

extension Double {
    /// Rounded down to 1, 1.5, 2, 3, 5 or 7 times a power of ten, so that lengths do not hang on the last percent of a
    /// measured speed.
    var roundedCoarsely: Double {
        guard self > 0, isFinite else { return self }
        let power = Foundation.pow(10, Foundation.floor(log10(self)))
        let steps = [7.0, 5, 3, 2, 1.5, 1]
        let digit = steps.first { $0 <= self / power * (1 + 1e-9) } ?? 1
        // Through text, so that 0.3 is the number that a job file means by it.
        return Double(String(format: "%.6g", digit * power)) ?? digit * power
    }

    /// Rounded down to two digits, and through text like `roundedCoarsely`.
    var roundedToTwoDigits: Double {
        guard self > 0, isFinite else { return 0 }
        let power = Foundation.pow(10, Foundation.floor(log10(self)) - 1)
        let digits = Foundation.floor(self / power * (1 + 1e-9))
        return Double(String(format: "%.6g", digits * power)) ?? digits * power
    }
}
