import Foundation

/// The MLPerf Tiny reference models, which lie outside the repository.
enum RealModels {
    static let folder: URL = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = ProcessInfo.processInfo.environment["SWIFTLET_DATA"].map { URL(fileURLWithPath: $0) }
        return (data ?? root.appendingPathComponent("../shared/data")).appendingPathComponent(
            "mlperf-tiny/models")
    }()

    static let all = [
        "ad01_fp32", "ad01_int8", "kws_ref_model", "kws_ref_model_float32", "pretrainedResnet",
        "pretrainedResnet_large_float", "pretrainedResnet_large_int8", "pretrainedResnet_quant",
        "str_ww_ref_model",
        "vww_96_float", "vww_96_int8",
    ]

    /// Tests of these models are skipped where the files are absent.
    static var areHere: Bool { FileManager.default.fileExists(atPath: path("kws_ref_model")) }

    static func path(_ name: String) -> String { folder.appendingPathComponent("\(name).tflite").path }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }
}
