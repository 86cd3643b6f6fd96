import Candidates
import Datasets
import Engine
import Foundation
import Kernels
import ModelGraph
import Quantities
import Reports
import SwiftletKit
import Testing

@Suite("Artefacts")
struct ArtefactTests {
    @Test(
        "The accuracy of an int8 finalist is that of the integer engine on the test split, to the last sample"
    )
    func integerAccuracy() async throws {
        let folder = try TemporaryFolder()
        let text = SmallJob.text.replacing("[float32, int8]", with: "[int8]")
        try await SmallJob.run(in: folder, text: text)
        let finals = try SmallJob.candidates(in: folder, on: "stm32h743", at: .final)
        let rules = SplitRules(validation: .fraction(0.2), test: .fraction(0.2), seed: 7)
        let data = try PreparedData(
            Dataset(DatasetRequest(source: .digits)), rules: rules, augmentation: .none)
        for final in finals {
            let reported = try #require(final.quality.test)
            let path = "\(folder.path)/results/small/models/\(final.id.prefix(16)).swiftlet"
            let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
            let graph = try Graph(decoding: bytes, file: path)
            #expect(graph.values.contains { $0.constant != nil && $0.type.dataType == .int8 })
            for kernels in KernelSet.available {
                let inputs = data.samples(data.split.test)
                let logits = data.task.kept(
                    try evaluate(graph, samples: inputs, kernels: kernels), inputs: inputs)
                let predictions = data.task.predictions(of: [logits], for: data.split.test, in: data.dataset)
                #expect(data.task.value(of: predictions) == reported, "\(kernels.name)")
            }
        }
        #expect(!finals.isEmpty)
    }
}
