import Candidates
import Quantities
import Testing

/// Values are those of scikit-learn 1.9 on the same formulas.
@Suite("Quality metrics")
struct QualityMetricTests {
    /// Six samples of three classes: two of class 0 right, one of three of class 1, class 2 missed.
    static let predictions = Predictions(
        predicted: [0, 0, 1, 0, 2, 1], truth: [0, 0, 1, 1, 1, 2], classCount: 3)

    /// Sixty samples whose logits follow a formula.
    static func formula(classes: Int, period: Int, truth: (Int) -> Int, bonus: Float) -> Predictions {
        let truth = (0..<60).map(truth)
        var logits: [Float] = []
        for (i, label) in truth.enumerated() {
            for c in 0..<classes {
                let term = (i * 13 + c * 29) % period
                logits.append(Float(term) / 4 + (label == c ? bonus : 0))
            }
        }
        return Predictions(
            .classes(
                predicted: Predictions.classes(ofLogits: logits, classCount: classes), truth: truth,
                classCount: classes, logits: logits))
    }

    static let three = formula(classes: 3, period: 17, truth: { ($0 * $0 + $0 / 4) % 3 }, bonus: 1.5)

    @Test(
        "Metrics of classes agree with scikit-learn",
        arguments: [
            (QualityMetric.accuracy, 0.5666666666666667), (.balancedAccuracy, 0.5944444444444444),
            (.macroF1, 0.5735449735449735), (.rocAUC, 0.8289876543209876),
            (.averagePrecision, 0.7530824004245572),
        ])
    func classes(_ metric: QualityMetric, _ expected: Double) {
        #expect(abs(metric.value(of: Self.three) - expected) < 1e-9)
    }

    @Test("The five likeliest classes are counted as scikit-learn does")
    func topFive() {
        let eight = Self.formula(classes: 8, period: 31, truth: { $0 * 3 % 8 }, bonus: 0)
        #expect(abs(QualityMetric.topFive.value(of: eight) - 0.65) < 1e-9)
    }

    @Test("Of twelve classes, five are likely and seven are not")
    func topFiveOfTwelve() {
        let twelve = Self.formula(classes: 12, period: 37, truth: { $0 * 7 % 12 }, bonus: 0)
        #expect(abs(QualityMetric.topFive.value(of: twelve) - 0.4166666666666667) < 1e-9)
    }

    /// Sixty samples of four classes that have twenty different rows of logits.
    static let tied = formula(classes: 4, period: 5, truth: { ($0 * $0 + $0 / 4) % 4 }, bonus: 0.5)

    /// The last of five classes has no sample, but probabilities.
    static let absent = formula(classes: 5, period: 23, truth: { $0 * 7 % 4 }, bonus: 0.75)

    @Test(
        "Rankings with ties, and without samples of a class, agree with scikit-learn",
        arguments: [
            (tied, QualityMetric.averagePrecision, 0.7421599017427086), (tied, .rocAUC, 0.8282529291360813),
            (tied, .macroF1, 0.5015411811852302), (absent, .rocAUC, 0.6155555555555555),
            (absent, .averagePrecision, 0.46836845053929854), (absent, .macroF1, 0.2032258064516129),
            (absent, .balancedAccuracy, 0.23333333333333334),
        ])
    func tiesAndAbsentClasses(_ predictions: Predictions, _ metric: QualityMetric, _ expected: Double) {
        #expect(abs(metric.value(of: predictions) - expected) < 1e-9)
    }

    @Test(
        "A class that is predicted only counts for macro F1 and not for balanced accuracy; one of neither for none"
    )
    func absentClasses() {
        let predictions = Predictions(
            predicted: [0, 2, 0, 1, 1, 1, 2, 1, 0, 0], truth: [0, 0, 0, 1, 1, 0, 1, 1, 0, 1], classCount: 4)
        #expect(abs(QualityMetric.macroF1.value(of: predictions) - 0.4444444444444444) < 1e-9)
        #expect(abs(QualityMetric.balancedAccuracy.value(of: predictions) - 0.6) < 1e-9)
    }

    @Test("Scores that are all equal rank nothing")
    func equalScores() {
        let equal = Predictions(
            .anomalies(
                errors: [2, 2, 2, 2, 2], powers: [1, 1, 1, 1, 1], truth: [true, false, false, true, false],
                threshold: 3))
        #expect(abs(QualityMetric.averagePrecision.value(of: equal) - 0.4) < 1e-9)
        #expect(QualityMetric.rocAUC.value(of: equal) == 0.5 && QualityMetric.f1.value(of: equal) == 0)
    }

    @Test("R² of a constant is 1 where it is met and else 0, and of worse than the mean below 0")
    func determinations() {
        func r2(_ predicted: [Float], _ truth: [Float]) -> Double {
            QualityMetric.r2.value(of: Predictions(.values(predicted: predicted, truth: truth)))
        }
        #expect(r2([3, 3, 3], [3, 3, 3]) == 1 && r2([3, 4, 3], [3, 3, 3]) == 0)
        let far = r2((0..<60).map { Float($0 * 7 % 19) / 2 }, (0..<60).map { Float($0 * 37 % 23) / 2 })
        #expect(abs(far + 0.8519868306453107) < 1e-9)
    }

    /// 189 samples in 24 groups of 3 to 13 whose samples are wrong together; the values are numpy's, of 20,000 resamples.
    @Test("Standard errors of groups are those of resampled groups")
    func groupedErrors() throws {
        let groups = (0..<24).flatMap { [Int](repeating: $0, count: 3 + $0 * 7 % 11) }
        let truth: [Float] = groups.indices.map { Float($0 * 37 % 23) / 2 }
        let values: [Float] = groups.indices.map {
            truth[$0] + Float(groups[$0] * 5 % 9 - 4) / 4 + Float($0 * 17 % 11 - 5) / 8
        }
        let classes = groups.indices.map { $0 % 3 }
        let guesses = groups.indices.map { groups[$0] * 5 % 7 < 2 ? ($0 + 1) % 3 : $0 % 3 }
        let numbers = Predictions.Answers.values(predicted: values, truth: truth)
        let named = Predictions.Answers.classes(predicted: guesses, truth: classes, classCount: 3, logits: [])
        // 200 resamples know a deviation to about a twentieth.
        for (metric, answers, groups, expected) in [
            (QualityMetric.rmse, numbers, groups, 0.04938), (.rmse, numbers, [], 0.02992),
            (.accuracy, named, groups, 0.10590), (.balancedAccuracy, named, groups, 0.10585),
            (.accuracy, named, [], 0.034289633324909315),
        ] {
            let error = try #require(metric.standardError(of: Predictions(answers, groups: groups)))
            #expect(abs(error / expected - 1) < 0.15, "\(metric) \(error)")
        }
    }

    /// Two classes, or normal and not, with scores that tie.
    static let flags: [Bool] = (0..<60).map { ($0 * 5 + 3) % 7 < 2 }
    static let scores: [Float] = flags.indices.map { Float($0 * 11 % 13) / 4 + (flags[$0] ? 0.75 : 0) }

    @Test("Rankings of two classes and of anomalies agree with scikit-learn")
    func rankings() {
        let truth = Self.flags.map { $0 ? 1 : 0 }
        let logits: [Float] = Self.scores.flatMap { [0, $0] as [Float] }
        let classes = Predictions(
            .classes(
                predicted: Predictions.classes(ofLogits: logits, classCount: 2), truth: truth, classCount: 2,
                logits: logits))
        let ones = [Float](repeating: 1, count: 60)
        let anomalies = Predictions(
            .anomalies(errors: Self.scores, powers: ones, truth: Self.flags, threshold: 2))
        for predictions in [classes, anomalies] {
            #expect(abs(QualityMetric.averagePrecision.value(of: predictions) - 0.6127591485445091) < 1e-9)
            #expect(abs(QualityMetric.rocAUC.value(of: predictions) - 0.7517099863201094) < 1e-9)
        }
        #expect(abs(QualityMetric.f1.value(of: anomalies) - 0.5116279069767442) < 1e-9)
    }

    @Test("Errors of numbers agree with scikit-learn, and their goodness grows as they shrink")
    func numbers() {
        let truth: [Float] = (0..<60).map { Float($0 * 37 % 23) / 2 }
        let predicted: [Float] = truth.indices.map { truth[$0] + Float($0 * 17 % 11 - 5) / 4 }
        let predictions = Predictions(.values(predicted: predicted, truth: truth))
        #expect(abs(QualityMetric.rmse.value(of: predictions) - 0.7938566201357354) < 1e-9)
        #expect(abs(QualityMetric.mae.value(of: predictions) - 0.6875) < 1e-9)
        #expect(abs(QualityMetric.r2.value(of: predictions) - 0.9439437646317584) < 1e-9)
        #expect(QualityMetric.mae.goodness(of: predictions) == -0.6875)
        #expect(predictions.resultBits == nil)
    }

    @Test("Explained variance is that of normal samples only")
    func explainedVariance() {
        let predictions = Predictions(
            .anomalies(errors: [0.5, 1.5, 9], powers: [2, 2, 9], truth: [false, false, true], threshold: 2))
        #expect(QualityMetric.explainedVariance.value(of: predictions) == 0.5)
        #expect(predictions.numbers.predicted == [0, 0, 1])
    }

    @Test("Values agree with their definitions")
    func values() {
        #expect(QualityMetric.accuracy.value(of: Self.predictions) == 0.5)
        #expect(
            abs(QualityMetric.balancedAccuracy.value(of: Self.predictions) - (1 + 1.0 / 3 + 0) / 3) < 1e-12)
        // F1: class 0 = 4/5, class 1 = 2/5, class 2 = 0.
        #expect(abs(QualityMetric.macroF1.value(of: Self.predictions) - (0.8 + 0.4 + 0) / 3) < 1e-12)
    }

    @Test("The error of an accuracy is the binomial one, and larger where samples come in groups")
    func standardErrors() throws {
        let truth = (0..<400).map { $0 % 2 }
        let predicted = truth.enumerated().map { $0 / 40 % 2 == 0 ? $1 : 1 - $1 }
        let free = Predictions(predicted: predicted, truth: truth, classCount: 2)
        let grouped = Predictions(
            .classes(predicted: predicted, truth: truth, classCount: 2, logits: []),
            groups: truth.indices.map { $0 / 40 })
        let freeError = try #require(QualityMetric.accuracy.standardError(of: free))
        #expect(abs(freeError - 0.025) < 1e-12)
        #expect(try #require(QualityMetric.accuracy.standardError(of: grouped)) > 0.1)
    }

    @Test("The first of equal logits wins, and result bits mark what is right")
    func details() {
        #expect(Predictions.classes(ofLogits: [1, 1, 0, 0, 2, 2], classCount: 3) == [0, 1])
        #expect(Self.predictions.resultBits == [0b000111])
    }

    @Test("Every task has a usual metric that judges it")
    func usualMetrics() {
        for task in LearningTask.allCases {
            #expect(QualityMetric.usual(for: task).tasks.contains(task))
        }
    }
}
