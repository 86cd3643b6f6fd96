import Bundles
import Candidates
import ExperimentStore
import Foundation
import Jobs
import Quantities
import Reports
import Search

extension TestedAnswer {
    /// What was kept of a finalist's predictions; nil of other evaluations, and where it came without files.
    init?(_ evaluation: Evaluation, of job: JobStore) throws {
        guard evaluation.fidelity == .final, evaluation.quality != nil else { return nil }
        let predicted, truth: [Float]
        let kept: Preprocessing
        do {
            (predicted, truth) = try ModelFile(job: job, candidate: evaluation.candidate).readPredictions()
            let contents = try job.contents(of: .preprocessing, ofCandidate: evaluation.candidate)
            kept = try JSONDecoder().decode(Preprocessing.self, from: Data(contents))
        } catch StoreError.missingFile {
            return nil
        }
        switch LearningTask(rawValue: kept.task) ?? .classification {
        case .classification: self.init(classes: kept.labels, predicted, truth)
        case .anomaly: self.init(classes: ["normal", "anomaly"], predicted, truth)
        case .regression:
            let predictions = Predictions(.values(predicted: predicted, truth: truth))
            let metrics = [QualityMetric.rmse, .mae, .r2]
            self.init(
                samples: truth.count,
                metrics: metrics.map { Figure(metric: $0.rawValue, value: $0.value(of: predictions)) },
                classes: [], confusion: [])
        }
        // What the job is judged by comes first; some metrics need more than the predictions that were kept.
        let scale = try QualityScale(job)
        guard let value = scale.value(evaluation.quality?.testAccuracy),
            !metrics.contains(where: { $0.metric == scale.metricName })
        else { return }
        metrics.insert(Figure(metric: scale.metricName, value: value), at: 0)
    }

    private init(classes names: [String], _ predicted: [Float], _ truth: [Float]) {
        let (predicted, truth) = (predicted.map { Int($0) }, truth.map { Int($0) })
        let counts = Confusion(predicted: predicted, truth: truth, classCount: names.count)
        let predictions = Predictions(predicted: predicted, truth: truth, classCount: names.count)
        self.init(
            samples: truth.count,
            metrics: [QualityMetric.accuracy, .balancedAccuracy, .macroF1].map {
                Figure(metric: $0.rawValue, value: $0.value(of: predictions))
            },
            classes: names.indices.map { index in
                let totals = counts.totals(index)
                return ClassFigures(
                    name: names[index], samples: totals.present, predicted: totals.predicted,
                    right: totals.right)
            },
            confusion: names.indices.map {
                Array(counts.counts[$0 * names.count..<($0 + 1) * names.count])
            })
    }
}
