import Foundation
import Reports
import SwiftletKit
import Testing

/// What `init` writes for folders of pictures, and what such a job takes.
@Suite("Jobs on pictures")
struct PictureJobTests {
    /// PNG files that another program wrote: one value everywhere, grey or red, green and blue.
    private static let pictures = [
        "grey 8":
            "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAEElEQVR42mOMYoAAJgaKGAAbfgBq+MZE2wAAAABJRU5ErkJggg==",
        "grey 40":
            "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAAAAACpleexAAAAHklEQVR42mOMYiAOMDGMKhxVOKpwVOGowlGFJCsEAEcLAKpL5qMAAAAAAElFTkSuQmCC",
        "grey 80":
            "iVBORw0KGgoAAAANSUhEUgAAAFAAAABQCAAAAACreq1xAAAANElEQVR42u3MMREAAAgEoNeY9g9iCScPAlCTWx2hUCgUCoVCoVAoFAqFQqFQKBQKhcJX4QLpBgD6ycIEWQAAAABJRU5ErkJggg==",
        "colour 16":
            "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGUlEQVR42mOMiopiIAUwMZAIRjWMahg6GgBtAQEuFSRqdgAAAABJRU5ErkJggg==",
        "colour 40":
            "iVBORw0KGgoAAAANSUhEUgAAACgAAAAoCAIAAAADnC86AAAAL0lEQVR42u3NAQ0AAAgDIDXm+wcxhpuDAnSSujB1RCwWi8VisVgsFovFYrFY/DFe9wYBXtfOg3MAAAAASUVORK5CYII=",
    ]

    /// Twelve pictures of each class, and the job that `init` makes of them.
    private func job(_ kind: String, _ classes: [String], device: String) throws -> (
        folder: TemporaryFolder, text: String
    ) {
        let folder = try TemporaryFolder()
        let picture = try #require(Data(base64Encoded: Self.pictures[kind] ?? ""))
        for name in classes {
            let path = "\(folder.path)/set/\(name)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for number in 0..<12 { try picture.write(to: URL(filePath: "\(path)/\(number).png")) }
        }
        let request = InitRequest(
            data: "\(folder.path)/set", devices: [device], output: "\(folder.path)/job.yaml")
        return (folder, try jobText(for: request))
    }

    @Test(
        "The family follows from size and channels of the pictures, as their files have them",
        arguments: [
            ("grey 8", "raspberry-pi-4", "tiny-image"), ("grey 40", "stm32h743", "tiny-image"),
            ("grey 80", "raspberry-pi-4", "mobile-image"), ("grey 80", "stm32h743", "mcu-image"),
            ("colour 16", "raspberry-pi-4", "tiny-image"), ("colour 40", "raspberry-pi-4", "mobile-image"),
            ("colour 40", "stm32h743", "mcu-image"),
        ])
    func family(_ kind: String, _ device: String, _ space: String) throws {
        let (folder, text) = try job(kind, ["cat", "dog"], device: device)
        #expect(text.contains("finalists: {per_device: 5}"))
        let file = try folder.write(text.replacing(", max_time: 15m", with: ""), to: "job.yaml")
        let answer = try plan(of: SearchRequest(job: file, database: SmallJob.database(in: folder)))
        let json = String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
        #expect(json.contains("\"space\":\"\(space) version 1\""))
        // Sixteen training samples are seen 3,000 times: no fewer than some seventy thousand make enough steps.
        #expect(json.contains("\"finalists.epochs\":\"3000\"") && json.contains("\"training.batch\":\"32\""))
    }

    @Test("An empty class folder is named by `data check` and before a search")
    func emptyFolder() throws {
        let (folder, text) = try job("grey 8", ["cat", "dog"], device: "stm32h743")
        let sentence = "warning: the folder 'mouse' holds no pictures (PNG, JPEG)\n"
        let file = try folder.write(text, to: "job.yaml")
        func tables() throws -> [String] {
            let request = SearchRequest(job: file, database: SmallJob.database(in: folder))
            return [try checkData(file).table(TableStyle()), try plan(of: request).table(TableStyle())]
        }
        #expect(try tables().allSatisfy { !$0.contains(sentence) })
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/set/mouse", withIntermediateDirectories: false)
        #expect(try tables().allSatisfy { "\($0)\n".contains(sentence) })
    }

    @Test(
        "Pictures are moved in proportion to their size, and mirrored unless that may make them others",
        arguments: [
            ("grey 8", ["cat", "dog"], "[shift(1)]"), ("colour 16", ["cat", "dog"], "[shift(2), flip]"),
            ("colour 40", ["cat", "dog"], "[shift(4), flip]"), ("colour 40", ["0", "1"], "[shift(4)]"),
            ("colour 40", ["arrow-Left", "arrow-right"], "[shift(4)]"),
        ])
    func augmentation(_ kind: String, _ classes: [String], _ changes: String) throws {
        let (_, text) = try job(kind, classes, device: "stm32h743")
        #expect(text.contains("training: {augmentation: \(changes)}"))
    }
}
