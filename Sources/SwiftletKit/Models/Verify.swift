import Bundles
public import Reports

extension ModelCommands {
    /// Every file of an exported folder against the manifest, the preprocessing against the test vectors, and every model
    /// against what it should answer.
    public static func verify(_ folder: String) throws -> VerifyAnswer {
        let verification = try BundleVerification(folder)
        return VerifyAnswer(
            bundle: folder,
            checks: verification.checks.map {
                CheckedFileAnswer(file: $0.file, result: $0.result, isGood: $0.isGood)
            })
    }
}
