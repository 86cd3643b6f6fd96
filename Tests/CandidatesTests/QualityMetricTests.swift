import Candidates
import Quantities
import Testing

@Suite("Quality metrics")
struct QualityMetricTests {
    /// Six samples of three classes: two of class 0 right, one of three of class 1, class 2 missed.
    static let predictions = Predictions(
        predicted: [0, 0, 1, 0, 2, 1], truth: [0, 0, 1, 1, 1, 2], classCount: 3)

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
            predicted: predicted, truth: truth, classCount: 2, groups: truth.indices.map { $0 / 40 })
        let freeError = try #require(QualityMetric.accuracy.standardError(of: free))
        #expect(abs(freeError - 0.025) < 1e-12)
        #expect(try #require(QualityMetric.accuracy.standardError(of: grouped)) > 0.1)
    }

    @Test("The first of equal logits wins, and result bits mark what is right")
    func details() {
        #expect(Predictions.classes(ofLogits: [1, 1, 0, 0, 2, 2], classCount: 3) == [0, 1])
        #expect(Self.predictions.resultBits == [0b000111])
    }
}
